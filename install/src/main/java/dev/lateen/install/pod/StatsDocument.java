package dev.lateen.install.pod;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The part of Istio's bootstrap that says which of Envoy's own statistics are told and how their labels are called: no file has it here, so it is made when somebody asks. Pure.
 */
final class StatsDocument {
    private static final List<String> PREFIXES =
            List.of("cluster_manager", "listener_manager", "server", "cluster.xds-grpc", "wasm", "component", "istio");
    private static final List<String> SUFFIXES =
            List.of("rbac.allowed", "rbac.denied", "shadow_allowed", "shadow_denied");
    private static final String DRAINING = "downstream_cx_active";
    private static final String OF_ROUTES = "vhost\\..*\\.route\\..*";
    private static final String ANNOTATION = "sidecar.istio.io/statsInclusion";
    private static final String POD_IP = "{pod_ip}";

    private final PodSettings.Stats settings;
    private final Map<String, String> annotations;
    private final List<String> addresses;

    /** @param addresses the pod's, put for {@code {pod_ip}} */
    StatsDocument(PodSettings.Stats settings, Map<String, String> annotations, List<String> addresses) {
        this.settings = settings;
        this.annotations = annotations;
        this.addresses = addresses;
    }

    /** @param exitsWhenIdle whether open connections decide when the proxy ends */
    Map<String, Object> document(int adminPort, boolean exitsWhenIdle) {
        List<Map<String, Object>> patterns = new ArrayList<>();
        add(patterns, "prefix", wanted("Prefixes", settings.prefixes()), PREFIXES);
        List<String> suffixes = new ArrayList<>(SUFFIXES);
        if (exitsWhenIdle) {
            suffixes.add(DRAINING);
        }
        add(patterns, "suffix", wanted("Suffixes", settings.suffixes()), suffixes);
        Stream.concat(wanted("Regexps", settings.regexps()).stream(), Stream.of(OF_ROUTES))
                .forEach(regex -> patterns.add(Map.of("safe_regex", Map.of("regex", regex))));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put(
                "stats_config",
                Map.of(
                        "use_all_default_tags", false,
                        "stats_tags", List.of(Map.of("tag_name", "cluster_name", "regex", "^cluster(\\.(.+);)")),
                        "stats_matcher", Map.of("inclusion_list", Map.of("patterns", patterns))));
        document.put(
                "admin",
                Map.of("address", Map.of("socket_address", Map.of("address", "127.0.0.1", "port_value", adminPort))));
        return document;
    }

    private static void add(List<Map<String, Object>> patterns, String kind, List<String> wanted, List<String> always) {
        Stream.concat(wanted.stream(), always.stream()).forEach(text -> patterns.add(Map.of(kind, text)));
    }

    /** What the pod's annotation says, else its settings. */
    private List<String> wanted(String kind, List<String> otherwise) {
        String annotation = annotations.getOrDefault(ANNOTATION + kind, "");
        Stream<String> all = annotation.isEmpty() ? otherwise.stream() : Stream.of(annotation.split(","));
        return all.filter(text -> !text.isEmpty())
                .flatMap(text -> text.contains(POD_IP)
                        ? addresses.stream().map(address -> text.replace(POD_IP, address))
                        : Stream.of(text))
                .toList();
    }
}
