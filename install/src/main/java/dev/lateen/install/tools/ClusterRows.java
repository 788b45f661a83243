package dev.lateen.install.tools;

import tools.jackson.databind.JsonNode;

/** {@code proxy-config cluster}. */
final class ClusterRows {
    private ClusterRows() {}

    static String table(JsonNode clusters) {
        TextTable table = new TextTable("SERVICE FQDN", "PORT", "SUBSET", "DIRECTION", "TYPE", "DESTINATION RULE");
        for (JsonNode cluster : clusters) {
            // DIRECTION|PORT|SUBSET|HOST
            String[] parts = cluster.path("name").asString("").split("\\|", -1);
            String type = cluster.has("cluster_type")
                    ? "CUSTOM"
                    : cluster.path("type").asString("STATIC");
            if (parts.length == 4) {
                table.row(parts[3], parts[1], dash(parts[2]), parts[0], type, ConfigDump.source(cluster));
            } else {
                table.row(cluster.path("name").asString(""), "-", "-", "-", type, ConfigDump.source(cluster));
            }
        }
        return table.text();
    }

    private static String dash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
