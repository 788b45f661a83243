package dev.lateen.istiod.config;

import dev.lateen.api.networking.ServiceEntry;
import dev.lateen.api.resource.Resource;
import dev.lateen.istiod.registry.KubernetesDocument;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** The hosts that Services and ServiceEntries declare, and their ports. */
public final class KnownHosts {
    private static final String DOMAIN = ".svc.cluster.local";

    private final Map<String, SortedSet<Integer>> ports = new TreeMap<>();
    private final Set<String> suffixes = new TreeSet<>();

    private KnownHosts() {}

    /** The hosts of some resources and documents. */
    public static KnownHosts of(Collection<Resource<?>> resources, Collection<KubernetesDocument> documents) {
        KnownHosts hosts = new KnownHosts();
        for (KubernetesDocument document : documents) {
            JsonNode body = document.body();
            if (body.path("kind").asString("").equals("Service")
                    && body.path("apiVersion").asString("").equals("v1")) {
                JsonNode metadata = body.path("metadata");
                SortedSet<Integer> declared = hosts.add(metadata.path("name").asString("") + "."
                        + metadata.path("namespace").asString("default") + DOMAIN);
                body.path("spec")
                        .path("ports")
                        .forEach(port -> declared.add(port.path("port").asInt(0)));
            }
        }
        for (Resource<?> resource : resources) {
            resource.as(ServiceEntry.class).ifPresent(entry -> {
                for (String host : entry.spec().hosts()) {
                    SortedSet<Integer> declared = hosts.add(host);
                    entry.spec().ports().forEach(port -> declared.add(port.number()));
                }
            });
        }
        return hosts;
    }

    private SortedSet<Integer> add(String host) {
        if (host.startsWith("*.")) {
            suffixes.add(host.substring(1));
        }
        return ports.computeIfAbsent(host, h -> new TreeSet<>());
    }

    /** The full name of a host that a resource of {@code namespace} writes: one without a dot is a Service beside it, as Istio has it. */
    public static String fullName(String host, String namespace) {
        return host.indexOf('.') >= 0 || host.equals("*") ? host : host + "." + namespace + DOMAIN;
    }

    /** Whether a full name is declared, or covered by a declared wildcard. */
    public boolean contains(String fullName) {
        return ports.containsKey(fullName) || suffixes.stream().anyMatch(fullName::endsWith);
    }

    /** The ports that are declared for exactly this full name, in order; empty if they are not known. */
    public SortedSet<Integer> ports(String fullName) {
        return ports.getOrDefault(fullName, new TreeSet<>());
    }

    /** All that is declared, in order. */
    public Set<String> names() {
        return ports.keySet();
    }
}
