package dev.lateen.egress;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The egress gateway of the distribution: Istio's {@code istio-egressgateway}. */
public final class EgressGateway {
    /** The label {@code istio} of its pods, which a Gateway's selector names by default. */
    public static final String SELECTOR = "egressgateway";
    /** Its Deployment and its Service. */
    public static final String NAME = "istio-egressgateway";
    /** Where it lives: Istio's root namespace. */
    public static final String NAMESPACE = "istio-system";

    private static final String MANIFEST = "egress-gateway.yaml";

    private EgressGateway() {}

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
