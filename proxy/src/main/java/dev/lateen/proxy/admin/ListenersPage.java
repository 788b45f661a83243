package dev.lateen.proxy.admin;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code /listeners}: name and bound address, a line each, or {@code envoy.admin.v3.Listeners}. */
final class ListenersPage {
    private ListenersPage() {}

    static String text(AdminSource source) {
        StringBuilder out = new StringBuilder();
        for (Map.Entry<String, List<String>> entry : new TreeMap<>(source.boundListeners()).entrySet()) {
            for (String address : entry.getValue()) {
                out.append(entry.getKey()).append("::").append(address).append('\n');
            }
        }
        return out.toString();
    }

    static String json(AdminSource source) {
        JsonArray statuses = new JsonArray();
        for (Map.Entry<String, List<String>> entry : new TreeMap<>(source.boundListeners()).entrySet()) {
            for (String address : entry.getValue()) {
                int colon = address.lastIndexOf(':');
                statuses.add(new JsonObject()
                        .put("name", entry.getKey())
                        .put(
                                "local_address",
                                new JsonObject()
                                        .put(
                                                "socket_address",
                                                new JsonObject()
                                                        .put("address", withoutBrackets(address.substring(0, colon)))
                                                        .put(
                                                                "port_value",
                                                                Integer.parseInt(address.substring(colon + 1))))));
            }
        }
        return new JsonObject().put("listener_statuses", statuses).encodePrettily();
    }

    private static String withoutBrackets(String address) {
        return address.startsWith("[") ? address.substring(1, address.length() - 1) : address;
    }
}
