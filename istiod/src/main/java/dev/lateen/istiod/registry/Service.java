package dev.lateen.istiod.registry;

import dev.lateen.api.resource.Origin;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A service of the mesh, whatever registry told of it. Immutable; the same object in two snapshots means nothing about it changed.
 *
 * @param named what it is called
 * @param ports in the order declared
 * @param at under which addresses it is called
 * @param resolution how its endpoints are found
 * @param nature what kind of service it is
 * @param members who serves it
 * @param declared by whom and for whom it is declared
 */
public record Service(
        Named named,
        List<ServicePort> ports,
        Addresses at,
        Resolution resolution,
        Nature nature,
        Members members,
        Declared declared) {

    /**
     * What a service is called.
     *
     * @param hostname fully qualified; may start with {@code *.} for a ServiceEntry
     * @param namespace where it was declared
     * @param name of the Kubernetes Service, or the hostname for a ServiceEntry
     */
    public record Named(String hostname, String namespace, String name) {}

    /**
     * Under which addresses a service is called.
     *
     * @param virtual its virtual addresses; empty for headless services and hosts without one
     * @param automatic an address from 240.240.0.0/16 for a host without one, used by proxies that answer DNS; may be empty
     */
    public record Addresses(List<String> virtual, String automatic) {}

    /**
     * What kind of service it is.
     *
     * @param external whether it is outside the mesh, so that its endpoints have no sidecar
     * @param kubernetes whether it is a Kubernetes Service
     * @param externalName what an {@link Resolution#ALIAS} stands for; else empty
     */
    public record Nature(boolean external, boolean kubernetes, String externalName) {}

    /**
     * Who serves a service.
     *
     * @param selector labels of its workloads; empty means endpoints are given otherwise
     * @param subjectAltNames further names its endpoints may present
     * @param distribution which endpoints its clients should prefer
     * @param notReadyToo whether endpoints count that are not ready ({@code publishNotReadyAddresses})
     */
    public record Members(
            Map<String, String> selector,
            List<String> subjectAltNames,
            TrafficDistribution distribution,
            boolean notReadyToo) {}

    /**
     * By whom and for whom a service is declared.
     *
     * @param exportTo namespaces that may see it; {@code *}, {@code .}, {@code ~}
     * @param labels its own labels
     * @param created when
     * @param origin where
     */
    public record Declared(List<String> exportTo, Map<String, String> labels, Instant created, Origin origin) {}

    /** Fully qualified; may start with {@code *.} for a ServiceEntry. */
    public String hostname() {
        return named.hostname;
    }

    /** Where it was declared. */
    public String namespace() {
        return named.namespace;
    }

    /** Of the Kubernetes Service, or the hostname for a ServiceEntry. */
    public String name() {
        return named.name;
    }

    /** Its virtual addresses; empty for headless services and hosts without one. */
    public List<String> addresses() {
        return at.virtual;
    }

    /** An address for a host without one, used by proxies that answer DNS; may be empty. */
    public String autoAddress() {
        return at.automatic;
    }

    /** Whether it is outside the mesh, so that its endpoints have no sidecar. */
    public boolean external() {
        return nature.external;
    }

    /** Whether it is a Kubernetes Service. */
    public boolean kubernetes() {
        return nature.kubernetes;
    }

    /** What an {@link Resolution#ALIAS} stands for; else empty. */
    public String externalName() {
        return nature.externalName;
    }

    /** Labels of its workloads; empty means endpoints are given otherwise. */
    public Map<String, String> selector() {
        return members.selector;
    }

    /** Further names its endpoints may present. */
    public List<String> subjectAltNames() {
        return members.subjectAltNames;
    }

    /** Which endpoints its clients should prefer. */
    public TrafficDistribution distribution() {
        return members.distribution;
    }

    /** Whether endpoints count that are not ready. */
    public boolean servesNotReady() {
        return members.notReadyToo;
    }

    /** Namespaces that may see it; {@code *}, {@code .}, {@code ~}. */
    public List<String> exportTo() {
        return declared.exportTo;
    }

    /** Its own labels. */
    public Map<String, String> labels() {
        return declared.labels;
    }

    /** When it was declared. */
    public Instant created() {
        return declared.created;
    }

    /** Where it was declared. */
    public Origin origin() {
        return declared.origin;
    }

    /** The same service with other ports. */
    public Service withPorts(List<ServicePort> others) {
        return new Service(named, others, at, resolution, nature, members, declared);
    }

    /** The port with a number. */
    public Optional<ServicePort> port(int number) {
        return ports.stream().filter(p -> p.number() == number).findFirst();
    }

    /** A Kubernetes service without a virtual address. */
    public boolean headless() {
        return nature.kubernetes && resolution == Resolution.ORIGINAL_DESTINATION;
    }

    /** Whether its host stands for many. */
    public boolean wildcard() {
        return hostname().startsWith("*");
    }

    /** Whether a client in a namespace may see it. */
    public boolean visibleTo(String clientNamespace) {
        return Exports.visible(exportTo(), namespace(), clientNamespace);
    }
}
