package dev.lateen.istiod.registry;

import dev.lateen.api.resource.Origin;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A service of the mesh, whatever registry told of it. Immutable; the same object in two snapshots means nothing about it changed.
 *
 * @param hostname fully qualified; may start with {@code *.} for a ServiceEntry
 * @param namespace where it was declared
 * @param name of the Kubernetes Service, or the hostname for a ServiceEntry
 * @param ports in the order declared
 * @param addresses its virtual addresses; empty for headless services and hosts without one
 * @param autoAddress an address from 240.240.0.0/16 for a host without one, used by proxies that answer DNS; may be empty
 * @param resolution how its endpoints are found
 * @param external whether it is outside the mesh, so that its endpoints have no sidecar
 * @param kubernetes whether it is a Kubernetes Service
 * @param exportTo namespaces that may see it; {@code *}, {@code .}, {@code ~}
 * @param selector labels of its workloads; empty means endpoints are given otherwise
 * @param labels its own labels
 * @param subjectAltNames further names its endpoints may present
 * @param externalName what an {@link Resolution#ALIAS} stands for; else empty
 * @param distribution which endpoints its clients should prefer
 * @param servesNotReady whether endpoints count that are not ready ({@code publishNotReadyAddresses})
 * @param created when it was declared
 * @param origin where it was declared
 */
public record Service(
        String hostname,
        String namespace,
        String name,
        List<ServicePort> ports,
        List<String> addresses,
        String autoAddress,
        Resolution resolution,
        boolean external,
        boolean kubernetes,
        List<String> exportTo,
        Map<String, String> selector,
        Map<String, String> labels,
        List<String> subjectAltNames,
        String externalName,
        Distribution distribution,
        boolean servesNotReady,
        Instant created,
        Origin origin) {

    /** The same service with other ports. */
    public Service withPorts(List<ServicePort> others) {
        return new Service(
                hostname,
                namespace,
                name,
                others,
                addresses,
                autoAddress,
                resolution,
                external,
                kubernetes,
                exportTo,
                selector,
                labels,
                subjectAltNames,
                externalName,
                distribution,
                servesNotReady,
                created,
                origin);
    }

    /** The port with a number. */
    public Optional<ServicePort> port(int number) {
        return ports.stream().filter(p -> p.number() == number).findFirst();
    }

    /** A Kubernetes service without a virtual address. */
    public boolean headless() {
        return kubernetes && resolution == Resolution.ORIGINAL_DESTINATION;
    }

    /** Whether its host stands for many. */
    public boolean wildcard() {
        return hostname.startsWith("*");
    }

    /** Whether a client in a namespace may see it. */
    public boolean visibleTo(String clientNamespace) {
        return Exports.visible(exportTo, namespace, clientNamespace);
    }
}
