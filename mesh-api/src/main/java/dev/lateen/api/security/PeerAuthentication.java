package dev.lateen.api.security;

import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.Cel;
import dev.lateen.api.schema.Column;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Size;
import dev.lateen.api.selector.LabelSelector;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a workload takes connections without mutual TLS.
 *
 * @param selector the workloads meant; absent means all of the namespace, or of the mesh in the root namespace
 * @param mtls for all ports; absent inherits
 * @param portLevelMtls per port of the workload
 */
@ApiKind(
        group = "security.istio.io",
        kind = "PeerAuthentication",
        plural = "peerauthentications",
        versions = {"v1", "v1beta1"},
        shortNames = "pa")
@Column(name = "Mode", path = ".spec.mtls.mode")
@Column(name = "Age", path = Column.CREATED)
@Obeys(PeerAuthenticationRules.PortsNeedSelector.class)
@Cel(
        rule = "has(self.portLevelMtls) ? (((has(self.selector) && has(self.selector.matchLabels))"
                + " ? self.selector.matchLabels : {}).size() > 0) : true",
        message = "portLevelMtls requires selector")
public record PeerAuthentication(
        @Nullable LabelSelector selector,
        @Nullable MutualTls mtls,

        @Size(min = 1)
        @Cel(rule = "self.all(key, 0 < int(key) && int(key) <= 65535)", message = "port must be between 1-65535")
        Map<@Obeys(PeerAuthenticationRules.PortKey.class) String, MutualTls> portLevelMtls)
        implements Spec {
    /** Whether connections without mutual TLS are taken. */
    public record MutualTls(Mode mode) {
        /** The ways. */
        public enum Mode {
            /** As the wider scope has it; PERMISSIVE if none says. */
            UNSET,
            /** No mutual TLS. */
            DISABLE,
            /** With or without. */
            PERMISSIVE,
            /** Only with. */
            STRICT
        }
    }
}
