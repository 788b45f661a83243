package dev.lateen.install.tools;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** {@code proxy-config route}. */
final class RouteRows {
    private RouteRows() {}

    static String table(JsonNode tables) {
        TextTable table = new TextTable("NAME", "VHOST NAME", "DOMAINS", "MATCH", "VIRTUAL SERVICE");
        for (JsonNode routes : tables) {
            for (JsonNode host : routes.path("virtual_hosts")) {
                for (JsonNode route : host.path("routes")) {
                    table.row(
                            routes.path("name").asString(""),
                            host.path("name").asString(""),
                            domains(host.path("domains")),
                            match(route.path("match")),
                            ConfigDump.source(route));
                }
            }
        }
        return table.text();
    }

    private static String domains(JsonNode domains) {
        List<String> texts = new ArrayList<>();
        domains.forEach(domain -> texts.add(domain.asString("")));
        return texts.size() <= 2
                ? String.join(", ", texts)
                : texts.get(0) + ", " + texts.get(1) + " + " + (texts.size() - 2) + " more...";
    }

    private static String match(JsonNode match) {
        String path = "/*";
        if (match.has("prefix")) {
            path = match.path("prefix").asString("") + "*";
        } else if (match.has("path")) {
            path = match.path("path").asString("");
        } else if (match.has("path_separated_prefix")) {
            path = match.path("path_separated_prefix").asString("") + "/*";
        } else if (match.has("safe_regex")) {
            path = "regex " + match.path("safe_regex").path("regex").asString("");
        }
        int conditions =
                match.path("headers").size() + match.path("query_parameters").size();
        return conditions == 0 ? path : path + " and " + conditions + (conditions == 1 ? " condition" : " conditions");
    }
}
