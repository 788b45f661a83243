package dev.lateen.egress;

import dev.lateen.proxy.Proxy;
import dev.lateen.proxy.ProxyBootstrap;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The egress gateway of the distribution, Istio's {@code istio-egressgateway}: the proxy's verticle with this role's {@linkplain EgressDefaults defaults}. It
 * is deployed, told to be ready and undeployed as every {@link Proxy}; one process can hold many.
 */
public final class EgressGateway extends Proxy {
    /** The label {@code istio} of its pods, which a Gateway's selector names by default. */
    public static final String SELECTOR = "egressgateway";
    /** Its Deployment and its Service. */
    public static final String NAME = "istio-egressgateway";
    /** Where it lives: Istio's root namespace. */
    public static final String NAMESPACE = "istio-system";

    private static final Logger LOG = LoggerFactory.getLogger(EgressGateway.class);
    private static final String MANIFEST = "egress-gateway.yaml";

    private final ProxyBootstrap.OwnAddresses own;

    /**
     * One that is not deployed yet.
     *
     * @param bootstrap what is said of it; of what that leaves open the role's defaults hold
     * @param standardOut where access logs to {@code /dev/stdout} go; never closed
     */
    public EgressGateway(ProxyBootstrap bootstrap, OutputStream standardOut) {
        super(EgressDefaults.on(bootstrap), standardOut);
        this.own = bootstrap.own();
    }

    @Override
    public Future<?> start() {
        if (own.isAdminOpen()) {
            LOG.warn("admin address {}: others than this machine reach it, and it can end the gateway", own.admin());
        }
        return super.start();
    }

    /** ServiceAccount, Service and Deployment, as YAML. */
    public static String manifest() {
        try (InputStream resource = EgressGateway.class.getResourceAsStream(MANIFEST)) {
            if (resource == null) {
                throw new IllegalStateException(MANIFEST + " is missing from the distribution");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
