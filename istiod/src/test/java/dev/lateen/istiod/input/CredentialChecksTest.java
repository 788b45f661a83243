package dev.lateen.istiod.input;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.yaml.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;

class CredentialChecksTest {
    private static final String GATEWAY = """
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: shop}
        spec:
          selector: {istio: ingressgateway}
          servers:
          - port: {number: 80, name: http, protocol: HTTP}
            hosts: ["*"]
          - port: {number: 443, name: https, protocol: HTTPS}
            hosts: [shop.example.com]
            tls: {mode: MODE, credentialName: shop-credential}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: gateway-1, namespace: istio-system, labels: {istio: ingressgateway, app: x}}
        """;

    private static List<String> found(String mode, String... more) {
        String text = GATEWAY.replace("MODE", mode) + "---\n" + String.join("---\n", more);
        List<Problem> problems =
                TestOffers.join(1).join(List.of(TestOffers.of(text))).problems();
        assertThat(problems).noneMatch(Problem::isError);
        return problems.stream()
                .map(problem -> problem.subject() + ": " + problem.path() + ": " + problem.found())
                .toList();
    }

    private static String secret(String namespace, String entries) {
        return """
            apiVersion: v1
            kind: Secret
            metadata: {name: shop-credential, namespace: %s}
            type: Opaque
            stringData: {%s}
            """.formatted(namespace, entries);
    }

    @Test
    void aMissingSecretIsToldWithGatewayAndServer() {
        assertThat(found("SIMPLE"))
                .containsExactly("Gateway default/shop: spec.servers[1].tls.credentialName:"
                        + " no Secret 'shop-credential' in namespace istio-system");
    }

    @Test
    void aSecretInTheGatewaysNamespaceInsteadOfItsPodsIsNoted() {
        assertThat(found("SIMPLE", secret("default", "cert: x")))
                .singleElement()
                .asString()
                .endsWith("no Secret 'shop-credential' in namespace istio-system (there is one in default)");
    }

    @Test
    void aSecretWithoutCertificateAndClientAuthorityIsToldTwice() {
        assertThat(found("MUTUAL", secret("istio-system", "cert: nonsense")))
                .containsExactly(
                        "Gateway default/shop: spec.servers[1].tls.credentialName:"
                                + " Secret istio-system/shop-credential: not a certificate",
                        "Gateway default/shop: spec.servers[1].tls.credentialName: mode MUTUAL, but no CA certificate"
                                + " in Secret istio-system/shop-credential nor in istio-system/shop-credential-cacert");
    }
}
