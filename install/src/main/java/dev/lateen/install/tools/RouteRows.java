package dev.lateen.install.tools;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** {@code proxy-config route}. */
final class RouteRows {
    private RouteRows() {}

    static String table(JsonNode tables) {
        TextTable table = new TextTable("NAME", "VHOST NAME", "DOMAINS", "MATCH", "VIRTUAL SERVICE");
        for (JsonNode routes : tables) {
            for (JsonNode host : routes.path("virtual_hosts")) {
                if (host.path("routes").isEmpty()) {
                    table.row(
                            routes.path("name").asString(""),
                            host.path("name").asString(""),
                            domains(host.path("domains")),
                            "/*",
                            "404");
                }
                for (JsonNode route : host.path("routes")) {
                    table.row(
                            routes.path("name").asString(""),
                            host.path("name").asString(""),
                            domains(host.path("domains")),
                            match(route.path("match")),
                            DumpedResources.source(route));
                }
            }
        }
        return table.text();
    }

    private static String domains(JsonNode domains) {
        List<String> all = new ArrayList<>();
        domains.forEach(domain -> all.add(domain.asString("")));
        // As istioctl: without ports, and of a name's longer forms only what its shorter ones don't say.
        Set<String> known = new HashSet<>(all);
        boolean onlyWithPorts = all.stream().allMatch(domain -> domain.indexOf(':') >= 0);
        List<String> texts = all.size() == 1 || onlyWithPorts
                ? all
                : all.stream()
                        .filter(domain -> domain.indexOf(':') < 0)
                        .filter(domain -> !isLonger(domain, ".svc.cluster.local", known))
                        .filter(domain -> !isLonger(domain, ".svc", known))
                        .toList();
        return texts.size() <= 2
                ? String.join(", ", texts)
                : texts.get(0) + ", " + texts.get(1) + " + " + (texts.size() - 2) + " more...";
    }

    private static boolean isLonger(String domain, String ending, Set<String> known) {
        return domain.endsWith(ending) && known.contains(domain.substring(0, domain.length() - ending.length()));
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
