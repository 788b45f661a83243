package dev.lateen.istiod.debug;

import dev.lateen.api.identity.SpiffeId;
import dev.lateen.istiod.ca.Callers;
import dev.lateen.istiod.ca.RefusedException;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * Who may see the debug pages: whoever is on this machine, and from elsewhere the holder of a token of the control plane's namespace (Istio:
 * {@code ENABLE_DEBUG_ENDPOINT_AUTH}, default true since 1.30).
 */
public final class DebugAccess {
    private final Callers callers;
    private final String namespace;

    /**
     * Believes the tokens that {@code callers} believes.
     *
     * @param namespace of the control plane
     */
    public DebugAccess(Callers callers, String namespace) {
        this.callers = callers;
        this.namespace = namespace;
    }

    /** Whether a caller is let in without another look. */
    static boolean isOfThisMachine(@Nullable SocketAddress from) {
        return from == null || isLocal(from.hostAddress());
    }

    /**
     * What is to be done with a request.
     *
     * @param status 200, or that of the refusal
     * @param reason why it is refused; empty if it isn't
     */
    record Verdict(int status, String reason) {
        boolean isAllowed() {
            return status == 200;
        }
    }

    /** The verdict on a caller; it may wait for whoever knows the caller's token, so not for event loops. */
    Verdict check(@Nullable SocketAddress from, @Nullable String authorization) {
        if (isOfThisMachine(from)) {
            return new Verdict(200, "");
        }
        try {
            SpiffeId identity = callers.identify(null, authorization);
            return identity.namespace().equals(namespace)
                    ? new Verdict(200, "")
                    : new Verdict(403, "token of " + identity + " (accepted: one of namespace " + namespace + ")");
        } catch (RefusedException e) {
            return new Verdict(401, String.valueOf(e.getMessage()));
        }
    }

    private static boolean isLocal(@Nullable String address) {
        try {
            return address == null || InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
