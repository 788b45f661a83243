package dev.lateen.install.tools;

import tools.jackson.databind.JsonNode;

/** {@code proxy-config endpoint}, from {@code /clusters?format=json}. */
final class EndpointRows {
    private EndpointRows() {}

    static String table(JsonNode clusters) {
        TextTable table = new TextTable("ENDPOINT", "STATUS", "OUTLIER CHECK", "CLUSTER");
        for (JsonNode cluster : clusters.path("cluster_statuses")) {
            for (JsonNode host : cluster.path("host_statuses")) {
                JsonNode health = host.path("health_status");
                table.row(
                        DumpedResources.address(host.path("address")),
                        health.path("eds_health_status").asString("HEALTHY"),
                        health.path("failed_outlier_check").asBoolean(false) ? "FAILED" : "OK",
                        cluster.path("name").asString(""));
            }
        }
        return table.text();
    }
}
