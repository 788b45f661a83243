package dev.lateen.install.tools;

import tools.jackson.databind.JsonNode;

/** {@code proxy-config bootstrap -o short}: which proxy this is, from its bootstrap's node. */
final class BootstrapRows {
    private BootstrapRows() {}

    static String table(JsonNode section) {
        JsonNode node = section.path("bootstrap").path("node");
        JsonNode build = node.path("user_agent_build_version").path("version");
        TextTable table = new TextTable("ID", "CLUSTER", "ISTIO VERSION", "PROXY VERSION");
        table.row(
                node.path("id").asString(""),
                node.path("cluster").asString(""),
                node.path("metadata").path("ISTIO_VERSION").asString(""),
                build.isMissingNode()
                        ? ""
                        : build.path("major_number").asInt(0) + "."
                                + build.path("minor_number").asInt(0) + "."
                                + build.path("patch").asInt(0));
        return table.text();
    }
}
