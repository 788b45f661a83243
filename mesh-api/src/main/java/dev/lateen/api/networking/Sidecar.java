package dev.lateen.api.networking;

import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Port;
import dev.lateen.api.schema.Range;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.Size;
import dev.lateen.api.schema.Uint32;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a sidecar takes in and what it can see.
 *
 * @param workloadSelector the workloads meant; absent means all of the namespace
 * @param ingress its inbound listeners; empty means one for each service port
 * @param egress what it can see; empty means everything
 * @param outboundTrafficPolicy overrides the mesh's
 * @param inboundConnectionPool limits of inbound connections
 */
@ApiKind(
        group = "networking.istio.io",
        kind = "Sidecar",
        plural = "sidecars",
        versions = {"v1", "v1beta1", "v1alpha3"})
@Obeys(SidecarRules.Whole.class)
public record Sidecar(
        @Nullable WorkloadSelector workloadSelector,
        List<Ingress> ingress,
        List<Egress> egress,
        @Nullable OutboundTrafficPolicy outboundTrafficPolicy,
        @Nullable ConnectionPool inboundConnectionPool)
        implements Spec {

    /**
     * An inbound listener.
     *
     * @param port the port
     * @param bind the address; empty means the workload's
     * @param captureMode how traffic gets to it
     * @param defaultEndpoint where it goes: {@code 127.0.0.1:PORT}, {@code 0.0.0.0:PORT} (the workload's address) or {@code unix://PATH}; empty means the same port
     * @param tls TLS that ends here
     * @param connectionPool limits of this listener
     */
    @Obeys(SidecarRules.IngressRule.class)
    public record Ingress(
            @Required ListenPort port,
            String bind,
            CaptureMode captureMode,
            @Obeys(SidecarRules.DefaultEndpoint.class) String defaultEndpoint,
            @Nullable ServerTls tls,
            @Nullable ConnectionPool connectionPool) {}

    /**
     * What the workload can see.
     *
     * @param port only this port; absent means all
     * @param bind the address; empty means what fits
     * @param captureMode how traffic gets to it
     * @param hosts {@code namespace/host}, where the namespace may be {@code *} or {@code .}; what begins with {@code ~} is left out of what the others take
     */
    @Obeys(SidecarRules.EgressRule.class)
    public record Egress(
            @Nullable ListenPort port,
            String bind,
            CaptureMode captureMode,

            @Required @Size(min = 1, why = "an egress listener without hosts sees nothing")
            List<@Obeys(SidecarRules.EgressHost.class) String> hosts) {}

    /** A port of the sidecar. */
    public record ListenPort(
            @Nullable @Uint32 @Range(min = 0, max = 65535, why = "a port is at most 65535; 0 goes with a Unix socket")
            Integer number,

            @Obeys(ServiceEntryRules.Protocol.class) String protocol,
            String name,
            @Nullable @Port Integer targetPort) {}

    /** How traffic gets to a listener. */
    public enum CaptureMode {
        /** As the workload's annotation says. */
        DEFAULT,
        /** By redirection. */
        IPTABLES,
        /** The application connects to it. */
        NONE
    }

    /**
     * What is done with requests to unknown hosts.
     *
     * @param mode refuse or let pass
     * @param egressProxy where they are sent, if not straight
     */
    public record OutboundTrafficPolicy(Mode mode, @Nullable Destination egressProxy) {
        /** Refuse or let pass. */
        public enum Mode {
            /** Refuse. */
            REGISTRY_ONLY,
            /** Let pass. */
            ALLOW_ANY
        }
    }
}
