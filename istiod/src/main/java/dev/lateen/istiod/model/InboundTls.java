package dev.lateen.istiod.model;

import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.security.PeerAuthentication;
import dev.lateen.api.security.PeerAuthentication.MutualTls.Mode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a workload's PeerAuthentications come to: workload before namespace before mesh, PERMISSIVE if none says anything.
 *
 * @param all for ports without a word of their own
 * @param ofPorts by workload port
 */
public record InboundTls(Said all, Map<Integer, Said> ofPorts) {
    /**
     * A mode and who says so.
     *
     * @param by null where nobody says anything
     * @param field the place in it, such as {@code spec.mtls.mode}; empty where nobody says anything
     */
    public record Said(Mode mode, @Nullable ResourceKey by, String field) {
        static final Said NOTHING = new Said(Mode.PERMISSIVE, null, "");
    }

    /** The mode for ports without a mode of their own. */
    public Mode mode() {
        return all.mode();
    }

    /** The mode of a workload port. */
    public Mode mode(int port) {
        return said(port).mode();
    }

    /** The mode of a workload port, and who says so. */
    public Said said(int port) {
        return ofPorts.getOrDefault(port, all);
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
        Resource<PeerAuthentication> ofWorkload = first(policies, namespace, true, labels);
        Said all = said(first(policies, rootNamespace, false, labels), Said.NOTHING);
        if (!namespace.equals(rootNamespace)) {
            all = said(first(policies, namespace, false, labels), all);
        }
        all = said(ofWorkload, all);
        Map<Integer, Said> ports = new HashMap<>();
        if (ofWorkload != null) {
            for (var port : ofWorkload.spec().portLevelMtls().entrySet()) {
                Mode own = port.getValue().mode();
                if (own != Mode.UNSET) {
                    String field = "spec.portLevelMtls[" + port.getKey() + "].mode";
                    ports.put(Integer.parseInt(port.getKey()), new Said(own, ofWorkload.key(), field));
                }
            }
        }
        return new InboundTls(all, Map.copyOf(ports));
    }

    private static @Nullable Resource<PeerAuthentication> first(
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
                return policy;
            }
        }
        return null;
    }

    private static Said said(@Nullable Resource<PeerAuthentication> policy, Said otherwise) {
        if (policy == null
                || policy.spec().mtls() == null
                || policy.spec().mtls().mode() == Mode.UNSET) {
            return otherwise;
        }
        return new Said(policy.spec().mtls().mode(), policy.key(), "spec.mtls.mode");
    }
}
