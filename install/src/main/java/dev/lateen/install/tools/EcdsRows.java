package dev.lateen.install.tools;

import tools.jackson.databind.JsonNode;

/** {@code proxy-config ecds}: the extensions that came by a stream of their own. */
final class EcdsRows {
    private EcdsRows() {}

    static String table(JsonNode filters) {
        TextTable table = new TextTable("ECDS NAME", "TYPE");
        for (JsonNode filter : filters) {
            table.row(
                    filter.path("name").asString(""),
                    filter.path("typed_config").path("@type").asString(""));
        }
        return table.text();
    }
}
