package dev.lateen.install.tools;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** {@code proxy-config listener}. */
final class ListenerRows {
    private ListenerRows() {}

    static String table(JsonNode listeners) {
        TextTable table = new TextTable("ADDRESSES", "PORT", "MATCH", "DESTINATION");
        for (JsonNode listener : listeners) {
            JsonNode socket = listener.path("address").path("socket_address");
            String address = socket.path("address").asString("");
            String port = String.valueOf(socket.path("port_value").asInt(0));
            for (JsonNode chain : listener.path("filter_chains")) {
                table.row(address, port, match(chain.path("filter_chain_match")), destination(chain));
            }
            JsonNode fallback = listener.path("default_filter_chain");
            if (!fallback.isMissingNode()) {
                table.row(address, port, "ALL", destination(fallback));
            }
        }
        return table.text();
    }

    private static String match(JsonNode match) {
        List<String> parts = new ArrayList<>();
        if (!match.path("server_names").isEmpty()) {
            parts.add("SNI: " + join(match.path("server_names")));
        }
        if (!match.path("transport_protocol").asString("").isEmpty()) {
            parts.add("Trans: " + match.path("transport_protocol").asString());
        }
        if (!match.path("application_protocols").isEmpty()) {
            parts.add("App: " + join(match.path("application_protocols")));
        }
        for (JsonNode range : match.path("prefix_ranges")) {
            parts.add("Addr: " + range.path("address_prefix").asString("") + "/"
                    + range.path("prefix_len").asInt(0));
        }
        if (match.path("destination_port").asInt(0) != 0) {
            parts.add("Port: " + match.path("destination_port").asInt());
        }
        return parts.isEmpty() ? "ALL" : String.join("; ", parts);
    }

    private static String join(JsonNode values) {
        List<String> texts = new ArrayList<>();
        values.forEach(value -> texts.add(value.asString("")));
        return String.join(",", texts);
    }

    private static String destination(JsonNode chain) {
        for (JsonNode filter : chain.path("filters")) {
            JsonNode config = filter.path("typed_config");
            if (config.has("rds")) {
                return "Route: " + config.path("rds").path("route_config_name").asString("");
            }
            if (config.has("route_config")) {
                return inline(config.path("route_config"));
            }
            if (config.has("cluster")) {
                return "Cluster: " + config.path("cluster").asString("");
            }
            if (config.has("weighted_clusters")) {
                return "Clusters: "
                        + config.path("weighted_clusters").path("clusters").size();
            }
        }
        return "";
    }

    private static String inline(JsonNode routes) {
        String name = routes.path("name").asString("");
        JsonNode first = routes.path("virtual_hosts")
                .path(0)
                .path("routes")
                .path(0)
                .path("route")
                .path("cluster");
        return first.isMissingNode() ? "Inline Route: " + name : "Inline Route: " + first.asString("");
    }
}
