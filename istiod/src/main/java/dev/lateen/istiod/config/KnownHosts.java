package dev.lateen.istiod.config;

import dev.lateen.api.networking.ServiceEntry;
import dev.lateen.api.resource.Resource;
import dev.lateen.istiod.registry.KubernetesDocument;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** The hosts that Services and ServiceEntries declare. */
public final class KnownHosts {
    private static final String DOMAIN = ".svc.cluster.local";

    private final Set<String> exact = new TreeSet<>();
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
                hosts.exact.add(metadata.path("name").asString("") + "."
                        + metadata.path("namespace").asString("default") + DOMAIN);
            }
        }
        for (Resource<?> resource : resources) {
            resource.as(ServiceEntry.class)
                    .ifPresent(entry -> entry.spec().hosts().forEach(hosts::add));
        }
        return hosts;
    }

    private void add(String host) {
        if (host.startsWith("*.")) {
            suffixes.add(host.substring(1));
        }
        exact.add(host);
    }

    /** The full name of a host that a resource of {@code namespace} writes: one without a dot is a Service beside it, as Istio has it. */
    public static String fullName(String host, String namespace) {
        return host.indexOf('.') >= 0 || host.equals("*") ? host : host + "." + namespace + DOMAIN;
    }

    /** Whether a full name is declared, or covered by a declared wildcard. */
    public boolean contains(String fullName) {
        return exact.contains(fullName) || suffixes.stream().anyMatch(fullName::endsWith);
    }

    /** All that is declared, in order. */
    public Set<String> names() {
        return exact;
    }
}
