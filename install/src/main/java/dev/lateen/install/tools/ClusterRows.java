package dev.lateen.install.tools;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** {@code proxy-config cluster}. */
final class ClusterRows {
    private ClusterRows() {}

    static String table(JsonNode clusters) {
        TextTable table = new TextTable("SERVICE FQDN", "PORT", "SUBSET", "DIRECTION", "TYPE", "DESTINATION RULE");
        List<JsonNode> sorted = new ArrayList<>();
        clusters.forEach(sorted::add);
        sorted.sort(Comparator.comparing(ClusterRows::order));
        for (JsonNode cluster : sorted) {
            // DIRECTION|PORT|SUBSET|HOST
            String[] parts = cluster.path("name").asString("").split("\\|", -1);
            String type = cluster.has("cluster_type")
                    ? "CUSTOM"
                    : cluster.path("type").asString("STATIC");
            if (parts.length == 4) {
                table.row(parts[3], parts[1], dash(parts[2]), parts[0], type, DumpedResources.source(cluster));
            } else {
                table.row(cluster.path("name").asString(""), "-", "-", "-", type, DumpedResources.source(cluster));
            }
        }
        return table.text();
    }

    /** By direction, subset, host and port, as istioctl does; clusters of other names come first. */
    private static String order(JsonNode cluster) {
        String name = cluster.path("name").asString("");
        String[] parts = name.split("\\|", -1);
        return parts.length == 4
                ? String.join(
                        "|", parts[0], parts[2], parts[3], "0".repeat(Math.max(0, 5 - parts[1].length())) + parts[1])
                : " " + name;
    }

    private static String dash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
