package dev.lateen.istiod.model;

import dev.lateen.api.resource.Resource;
import dev.lateen.api.security.PeerAuthentication;
import dev.lateen.api.security.PeerAuthentication.MutualTls.Mode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a workload's PeerAuthentications come to: workload before namespace before mesh, PERMISSIVE if none says anything.
 *
 * @param mode for ports without a mode of their own
 * @param ports modes by workload port
 */
public record InboundTls(Mode mode, Map<Integer, Mode> ports) {

    /** The mode of a workload port. */
    public Mode mode(int port) {
        return ports.getOrDefault(port, mode);
    }

    /**
     * Composes the policies that may concern a workload.
     *
     * @param policies the oldest first
     */
    static InboundTls compose(
            List<Resource<PeerAuthentication>> policies,
            String rootNamespace,
            String namespace,
            Map<String, String> labels) {
        PeerAuthentication mesh = first(policies, rootNamespace, false, labels);
        PeerAuthentication ofNamespace =
                namespace.equals(rootNamespace) ? null : first(policies, namespace, false, labels);
        PeerAuthentication ofWorkload = first(policies, namespace, true, labels);
        Mode mode = Mode.PERMISSIVE;
        mode = said(mesh, mode);
        mode = said(ofNamespace, mode);
        mode = said(ofWorkload, mode);
        Map<Integer, Mode> ports = new HashMap<>();
        if (ofWorkload != null) {
            for (var port : ofWorkload.portLevelMtls().entrySet()) {
                Mode own = port.getValue().mode();
                if (own != Mode.UNSET) {
                    ports.put(Integer.parseInt(port.getKey()), own);
                }
            }
        }
        return new InboundTls(mode, Map.copyOf(ports));
    }

    private static @Nullable PeerAuthentication first(
            List<Resource<PeerAuthentication>> policies,
            String namespace,
            boolean withSelector,
            Map<String, String> labels) {
        for (Resource<PeerAuthentication> policy : policies) {
            PeerAuthentication spec = policy.spec();
            boolean selects =
                    spec.selector() != null && !spec.selector().matchLabels().isEmpty();
            if (policy.namespace().equals(namespace)
                    && selects == withSelector
                    && Labels.satisfy(labels, spec.selector())) {
                return spec;
            }
        }
        return null;
    }

    private static Mode said(@Nullable PeerAuthentication policy, Mode otherwise) {
        boolean silent =
                policy == null || policy.mtls() == null || policy.mtls().mode() == Mode.UNSET;
        return silent ? otherwise : policy.mtls().mode();
    }
}
