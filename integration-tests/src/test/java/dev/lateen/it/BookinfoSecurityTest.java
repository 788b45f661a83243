package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Identity, mutual TLS and authorization between Bookinfo's workloads, with certificates that live for twenty seconds. */
class BookinfoSecurityTest {
    private static final String STRICT = """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata:
          name: default
          namespace: istio-system
        spec:
          mtls:
            mode: STRICT
        """;

    private static final String ONLY_PRODUCTPAGE = """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata:
          name: reviews-viewer
          namespace: default
        spec:
          selector:
            matchLabels:
              app: reviews
          action: ALLOW
          rules:
          - from:
            - source:
                principals: ["cluster.local/ns/default/sa/bookinfo-productpage"]
        """;

    private static final String SHORT_LIVED = """
        defaultConfig:
          proxyMetadata:
            SECRET_TTL: 20s
        """;

    @TempDir
    static Path directory;

    private static LocalMesh mesh;
    private static final Web USER = Web.direct();

    @BeforeAll
    static void start() throws Exception {
        Path meshConfig = Files.writeString(directory.resolve("mesh.yaml"), SHORT_LIVED);
        mesh = Bookinfo.start(Files.createDirectory(directory.resolve("edits")), "--meshConfig", meshConfig.toString());
    }

    @AfterAll
    static void stop() {
        USER.close();
        if (mesh != null) {
            mesh.close();
        }
    }

    @AfterEach
    void nothingAppliedAnyMore() throws Exception {
        mesh.remove("strict.yaml");
        mesh.remove("policy.yaml");
        LocalMesh.awaitStatus(USER, "http://" + mesh.pod("reviews-v1") + ":9080/reviews/0", 200);
    }

    @Shows("PeerAuthentication.mtls")
    @Test
    void strictRefusesPlaintextAndKeepsTheMeshWorking() throws Exception {
        String direct = "http://" + mesh.pod("reviews-v1") + ":9080/reviews/0";
        LocalMesh.awaitStatus(USER, direct, 200);
        mesh.apply("strict.yaml", STRICT);
        LocalMesh.awaitStatus(USER, direct, 0);
        for (int i = 0; i < 100; i++) {
            assertThat(USER.get(Bookinfo.REVIEWS).statusCode()).isEqualTo(200);
            assertThat(USER.status(direct)).isZero();
        }
    }

    @Test
    void aSidecarShowsItsSpiffeIdentity() throws Exception {
        X509Certificate certificate = certificateOf(mesh.pod("reviews-v1") + ":9080");
        assertThat(certificate.getSubjectAlternativeNames())
                .anySatisfy(name -> assertThat(name)
                        .isEqualTo(List.of(6, "spiffe://cluster.local/ns/default/sa/bookinfo-reviews")));
        assertThat(certificate.getPublicKey().getAlgorithm()).isEqualTo("EC");
    }

    private static X509Certificate certificateOf(String address) throws Exception {
        try (Running client = Running.start(
                "openssl s_client",
                List.of("openssl", "s_client", "-connect", address, "-alpn", "istio", "-servername", "any"),
                Map.of())) {
            client.awaitOutput(Patience.OF_A_CHANGE, output -> output.contains("-----END CERTIFICATE-----"));
            String output = client.output();
            String pem =
                    output.substring(output.indexOf("-----BEGIN"), output.indexOf("-----END CERTIFICATE-----") + 25);
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
        }
    }

    @Shows({"AuthorizationPolicy.rules.from.source.principals", "AuthorizationPolicy.selector"})
    @Test
    void onlyTheNamedWorkloadMayCallReviews() throws Exception {
        String reviews = "http://reviews:9080/reviews/0";
        try (Web ratings = Web.through(mesh.pod("ratings-v1"), 15001)) {
            LocalMesh.awaitStatus(ratings, reviews, 200);
            // Three pods are behind the name: only what all of them have holds for each request.
            mesh.applyInForce("policy.yaml", ONLY_PRODUCTPAGE, "AuthorizationPolicy default/reviews-viewer");
            for (int i = 0; i < 50; i++) {
                HttpResponse<String> denied = ratings.get(reviews);
                assertThat(denied.statusCode()).isEqualTo(403);
                assertThat(denied.body()).isEqualTo("RBAC: access denied");
                assertThat(Bookinfo.version(USER.get(Bookinfo.REVIEWS).body())).startsWith("v");
            }
        }
    }

    @Test
    void certificatesRotateUnderLoadWithoutAFailedRequest() throws Exception {
        String address = mesh.pod("details-v1") + ":9080";
        Set<String> serials = new HashSet<>();
        try (Load load = new Load(20, "http://127.0.0.1:8080/productpage", body -> {})) {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(4))
                    .pollInterval(Duration.ofSeconds(2))
                    .until(() -> {
                        serials.add(certificateOf(address).getSerialNumber().toString(16));
                        return serials.size() >= 4;
                    });
            load.stop();
            assertThat(load.failures()).isEmpty();
            assertThat(load.answered()).isGreaterThan(500);
        }
    }
}
