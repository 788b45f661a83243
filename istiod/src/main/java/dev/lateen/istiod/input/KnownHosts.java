package dev.lateen.istiod.input;

import dev.lateen.api.networking.ServiceEntry;
import io.fabric8.kubernetes.api.model.Service;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The hosts that Services and ServiceEntries declare, and their ports. Follows changes; not thread-safe. */
final class KnownHosts {
    private static final String DOMAIN = ".svc.cluster.local";

    /** Who declares a host, each with its ports. */
    private final TreeMap<String, Map<ObjectKey, Set<Integer>>> declared = new TreeMap<>();

    /** The ends of declared wildcards, such as {@code .example.com}. */
    private final Set<String> suffixes = new TreeSet<>();

    /** The hosts that an object declares, each with its ports; empty if it is of no kind that does. */
    static Map<String, Set<Integer>> of(@Nullable ConfigObject object) {
        Map<String, Set<Integer>> hosts = new HashMap<>();
        if (object instanceof ConfigObject.OfKubernetes kubernetes && kubernetes.object() instanceof Service service) {
            Set<Integer> ports = hosts.computeIfAbsent(
                    kubernetes.name() + "." + kubernetes.namespace() + DOMAIN, h -> new TreeSet<>());
            if (service.getSpec() != null && service.getSpec().getPorts() != null) {
                service.getSpec().getPorts().stream()
                        .filter(port -> port.getPort() != null)
                        .forEach(port -> ports.add(port.getPort()));
            }
        } else if (object != null) {
            object.as(ServiceEntry.class).ifPresent(entry -> {
                for (String host : entry.spec().hosts()) {
                    Set<Integer> ports = hosts.computeIfAbsent(host, h -> new TreeSet<>());
                    entry.spec().ports().forEach(port -> ports.add(port.number()));
                }
            });
        }
        return hosts;
    }

    /** Takes over what an object declares now in the place of what it declared before. */
    void replace(ObjectKey key, Map<String, Set<Integer>> before, Map<String, Set<Integer>> after) {
        before.keySet().forEach(host -> forget(host, key));
        after.forEach((host, ports) -> {
            declared.computeIfAbsent(host, h -> new HashMap<>()).put(key, ports);
            if (host.startsWith("*.")) {
                suffixes.add(host.substring(1));
            }
        });
    }

    private void forget(String host, ObjectKey key) {
        Map<ObjectKey, Set<Integer>> by = declared.get(host);
        if (by != null && by.remove(key) != null && by.isEmpty()) {
            declared.remove(host);
            if (host.startsWith("*.")) {
                suffixes.remove(host.substring(1));
            }
        }
    }

    /** The full name of a host that a resource of {@code namespace} writes: one without a dot is a Service beside it, as Istio has it. */
    static String fullName(String host, String namespace) {
        return host.indexOf('.') >= 0 || host.equals("*") ? host : host + "." + namespace + DOMAIN;
    }

    /** Whether a full name is declared, or covered by a declared wildcard. */
    boolean contains(String fullName) {
        return declared.containsKey(fullName) || suffixes.stream().anyMatch(fullName::endsWith);
    }

    /** The ports that are declared for exactly this full name, in order; empty if they are not known. */
    NavigableSet<Integer> ports(String fullName) {
        NavigableSet<Integer> all = new TreeSet<>();
        declared.getOrDefault(fullName, Map.of()).values().forEach(all::addAll);
        return all;
    }

    /** All that is declared, in order. */
    Set<String> names() {
        return declared.keySet();
    }
}
