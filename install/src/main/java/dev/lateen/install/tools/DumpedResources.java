package dev.lateen.install.tools;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.MissingNode;

/** Finds resources in {@code envoy.admin.v3.ConfigDump} JSON, static and dynamic ones alike. */
final class DumpedResources {
    private DumpedResources() {}

    /** The resources of the one part whose type ends so, as an array. */
    static JsonNode of(JsonNode dump, String type) {
        ArrayNode found = JsonMapper.builder().build().createArrayNode();
        for (JsonNode part : dump.path("configs")) {
            if (part.path("@type").asString("").endsWith(type)) {
                resources(part).forEach(found::add);
            }
        }
        return found;
    }

    /** The one part whose type ends so; missing if there is none. */
    static JsonNode section(JsonNode dump, String type) {
        for (JsonNode part : dump.path("configs")) {
            if (part.path("@type").asString("").endsWith(type)) {
                return part;
            }
        }
        return MissingNode.getInstance();
    }

    private static List<JsonNode> resources(JsonNode part) {
        List<JsonNode> found = new ArrayList<>();
        for (JsonNode each : part.path("static_listeners")) {
            found.add(each.path("listener"));
        }
        for (JsonNode each : part.path("dynamic_listeners")) {
            found.add(each.path("active_state").path("listener"));
        }
        for (String list : new String[] {"static_clusters", "dynamic_active_clusters"}) {
            for (JsonNode each : part.path(list)) {
                found.add(each.path("cluster"));
            }
        }
        for (String list : new String[] {"static_route_configs", "dynamic_route_configs"}) {
            for (JsonNode each : part.path(list)) {
                found.add(each.path("route_config"));
            }
        }
        for (String list : new String[] {"static_secrets", "dynamic_active_secrets"}) {
            for (JsonNode each : part.path(list)) {
                found.add(each);
            }
        }
        for (JsonNode each : part.path("ecds_filters")) {
            found.add(each.path("ecds_filter"));
        }
        for (String list : new String[] {"static_endpoint_configs", "dynamic_endpoint_configs"}) {
            for (JsonNode each : part.path(list)) {
                found.add(each.path("endpoint_config"));
            }
        }
        return found.stream().filter(each -> !each.isMissingNode()).toList();
    }

    /** {@code address:port} of a socket address. */
    static String address(JsonNode holder) {
        JsonNode socket = holder.path("socket_address");
        return socket.path("address").asString("") + ":"
                + socket.path("port_value").asInt(0);
    }

    /** What Istio wrote of the user's resource: {@code metadata.filter_metadata.istio.config}, shortened to {@code name.namespace}. */
    static String source(JsonNode resource) {
        String config = resource.path("metadata")
                .path("filter_metadata")
                .path("istio")
                .path("config")
                .asString("");
        String[] parts = config.split("/", -1);
        return parts.length < 3 ? "" : parts[parts.length - 1] + "." + parts[parts.length - 3];
    }
}
