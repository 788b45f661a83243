package dev.lateen.injector;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Variables for the proxies of a cluster, in the webhook's URL: {@code /inject/cluster/NAME/net/NAME}. Pure. */
final class UrlVariables {
    private static final String SEPARATOR = ":ENV:";
    private static final Map<String, String> NAMES =
            Map.of("cluster", "ISTIO_META_CLUSTER_ID", "net", "ISTIO_META_NETWORK");

    private UrlVariables() {}

    /** Names by turns with values, in which {@code --slash--} is a slash; a name without a value says nothing. The older form is {@code /inject/:ENV:NAME=VALUE:ENV:...}. */
    static Map<String, String> of(String path) {
        String rest = path.replaceFirst("/+$", "").replaceFirst("^/?[^/]*/?", "");
        Map<String, String> variables = new TreeMap<>();
        if (rest.startsWith(SEPARATOR)) {
            for (String pair : rest.split(SEPARATOR)) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    variables.put(name(pair.substring(0, equals)), pair.substring(equals + 1));
                }
            }
            return variables;
        }
        String[] parts = rest.split("/");
        for (int i = 0; i + 1 < parts.length; i += 2) {
            if (!parts[i].isEmpty()) {
                variables.put(name(parts[i]), parts[i + 1].replace("--slash--", "/"));
            }
        }
        return variables;
    }

    private static String name(String key) {
        return NAMES.getOrDefault(key, key.toUpperCase(Locale.ROOT));
    }
}
