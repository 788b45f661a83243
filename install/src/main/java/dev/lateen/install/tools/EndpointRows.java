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
                        status(host),
                        health.path("failed_outlier_check").asBoolean(false) ? "FAILED" : "OK",
                        cluster.path("name").asString(""));
            }
        }
        return table.text();
    }

    /** A host's word for whether istiod said that it is healthy. */
    static String status(JsonNode host) {
        return host.path("health_status").path("eds_health_status").asString("HEALTHY");
    }

    /** Of a configuration dump with endpoints, which knows what was sent and not how it does. */
    static String ofDump(JsonNode dump) {
        TextTable table = new TextTable("ENDPOINT", "STATUS", "CLUSTER");
        for (JsonNode assignment : DumpedResources.of(dump, "EndpointsConfigDump")) {
            for (JsonNode locality : assignment.path("endpoints")) {
                for (JsonNode endpoint : locality.path("lb_endpoints")) {
                    table.row(
                            DumpedResources.address(endpoint.path("endpoint").path("address")),
                            endpoint.path("health_status").asString("HEALTHY"),
                            assignment.path("cluster_name").asString(""));
                }
            }
        }
        return table.text();
    }
}
