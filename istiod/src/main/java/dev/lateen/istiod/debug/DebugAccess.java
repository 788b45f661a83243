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
    private static final String SYSTEM_NAMESPACE = "istio-system";

    private final Callers callers;

    /** Believes the tokens that {@code callers} believes. */
    public DebugAccess(Callers callers) {
        this.callers = callers;
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

    Verdict check(@Nullable SocketAddress from, @Nullable String authorization) {
        if (from == null || isLocal(from.hostAddress())) {
            return new Verdict(200, "");
        }
        try {
            SpiffeId identity = callers.identify(null, authorization);
            return identity.namespace().equals(SYSTEM_NAMESPACE)
                    ? new Verdict(200, "")
                    : new Verdict(
                            403, "token of " + identity + " (accepted: one of namespace " + SYSTEM_NAMESPACE + ")");
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
