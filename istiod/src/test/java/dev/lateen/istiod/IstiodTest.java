package dev.lateen.istiod;

import static dev.lateen.api.xds.TypeUrls.CLUSTER;
import static dev.lateen.api.xds.TypeUrls.LISTENER;
import static dev.lateen.api.xds.TypeUrls.SECRET;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lateen.api.ca.IstioCertificateRequest;
import dev.lateen.api.ca.IstioCertificateResponse;
import dev.lateen.api.metrics.MetricsSource;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.ca.KeyPairAndChain;
import dev.lateen.istiod.ca.TokenIssuer;
import dev.lateen.istiod.config.InvalidConfigException;
import dev.lateen.istiod.debug.Readiness;
import dev.lateen.istiod.discovery.AdsPeer;
import dev.lateen.istiod.input.ConfigChange;
import dev.lateen.istiod.listen.ListenAddress;
import dev.lateen.istiod.model.MeshSnapshot;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.status.v3.ClientConfig;
import io.envoyproxy.envoy.service.status.v3.ConfigStatus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole istiod on free ports, with strangers calling it as an agent and an Envoy would. */
class IstiodTest {
    private static final String REVIEWS = """
        apiVersion: v1
        kind: Service
        metadata: {name: reviews}
        spec: {selector: {app: reviews}, ports: [{name: http, port: 9080}]}
        """;
    private static final String CREDENTIAL = """
        apiVersion: v1
        kind: Secret
        metadata: {name: credential, namespace: istio-system}
        type: kubernetes.io/tls
        data: {KEYPAIR}
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: shop, namespace: istio-system}
        spec:
          selector: {istio: ingressgateway}
          servers:
          - port: {number: 443, name: https, protocol: HTTPS}
            hosts: [shop.example]
            tls: {mode: SIMPLE, credentialName: credential}
        """;
    private static final String MORE = "---\n" + REVIEWS.replace("reviews", "ratings");
    private static final String MESH_ENTRY = """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: entry}
        spec:
          hosts: [entry.example]
          location: MESH_INTERNAL
          resolution: STATIC
          ports: [{number: 80, name: http, protocol: HTTP, targetPort: 8080}]
          endpoints: [{address: 10.2.0.1}]
        """;
    private static final String DELTA = "DeltaAggregatedResources";

    private final Vertx vertx = Vertx.vertx();
    private final List<String> log = new CopyOnWriteArrayList<>();
    /** Kept: a client that nobody refers to is closed with the next garbage collection. */
    private final HttpClient pages = vertx.createHttpClient();

    @TempDir
    private Path directory;

    private Path config;
    private final Readiness readiness = new Readiness();
    private Istiod istiod;

    @BeforeEach
    void start() throws Exception {
        config = Files.createDirectory(directory.resolve("config"));
        Files.writeString(config.resolve("services.yaml"), REVIEWS);
        istiod = deployed(new Istiod(bootstrap(0), new Istiod.Surroundings(events(), readiness, MetricsSource.NONE)));
    }

    @AfterEach
    void stop() {
        vertx.undeploy(istiod.deploymentID()).await();
        vertx.close().await();
    }

    private MeshSnapshot snapshot() {
        return requireNonNull(istiod.snapshot());
    }

    private Istiod deployed(Istiod verticle) {
        vertx.deployVerticle(verticle).await();
        return verticle;
    }

    private IstiodBootstrap bootstrap(int grpcPort) {
        ListenAddress any = ListenAddress.parse("--monitoringAddr", "127.0.0.1:0");
        return IstiodBootstrap.onLoopback(List.of(config), directory.resolve("state"))
                .withAddresses(
                        ListenAddress.parse("--grpcAddr", "127.0.0.1:" + grpcPort),
                        ListenAddress.parse("--secureGRPCAddr", "127.0.0.1:0"),
                        null,
                        any);
    }

    private IstiodEvents events() {
        return new IstiodEvents() {
            @Override
            public void changed(ConfigChange change) {
                log.add("changed " + change.resources().size());
            }

            @Override
            public void problems(List<Problem> problems) {
                problems.forEach(problem -> log.add("problem " + problem));
            }

            @Override
            public void inForce(long version, Set<String> touched, Set<String> absent, Duration took) {
                log.add("in force " + version + " " + touched);
            }
        };
    }

    @Test
    void anAgentGetsACertificateAndSpeaksXdsWithIt() throws Exception {
        KeyPair key = newKey();
        List<String> chain = certificate(key, istiod.tokens().mint("default", "reviews", Duration.ofHours(1)));
        try (AdsPeer peer = secure(key, chain, null)) {
            peer.raw(hello("default", CLUSTER));
            assertThat(AdsPeer.names(peer.hearAndAcknowledge(CLUSTER)))
                    .contains("outbound|9080||reviews.default.svc.cluster.local");
        }
        try (AdsPeer peer = secure(key, chain, null)) {
            peer.raw(hello("other", CLUSTER));
            assertThat(peer.status()).isEqualTo(GrpcStatus.PERMISSION_DENIED);
        }
    }

    @Test
    void theSecurePortAsksForACredential() {
        try (AdsPeer peer = secure(null, List.of(), null)) {
            peer.raw(hello("default", CLUSTER));
            assertThat(peer.status()).isEqualTo(GrpcStatus.UNAUTHENTICATED);
        }
        try (AdsPeer peer = secure(null, List.of(), istiod.tokens().mint("default", "x", Duration.ofHours(1)))) {
            peer.raw(hello("default", CLUSTER));
            assertThat(AdsPeer.names(peer.hear())).isNotEmpty();
        }
    }

    @Test
    void aGatewaysKeyIsForProvenGatewaysOnlyOnLoopbackToo() throws Exception {
        Files.writeString(config.resolve("credential.yaml"), CREDENTIAL.replace("KEYPAIR", keyPair()));
        await().until(() -> snapshot().version() > 1);
        String secret = "kubernetes://credential";
        try (AdsPeer anyone = plain()) {
            anyone.raw(gateway(secret));
            assertThat(anyone.hear().getRemovedResourcesList()).containsExactly(secret);
        }
        String forged = TokenIssuer.openOrCreate(directory.resolve("other.jwk"), InstantSource.system())
                .mint("istio-system", "ingress", Duration.ofHours(1));
        try (AdsPeer liar = plain(forged)) {
            liar.raw(gateway(secret));
            assertThat(liar.hear().getRemovedResourcesList()).containsExactly(secret);
        }
        String token = istiod.tokens().mint("istio-system", "ingress", Duration.ofHours(1));
        try (AdsPeer known = plain(token);
                AdsPeer secured = secure(null, List.of(), token)) {
            known.raw(gateway(secret));
            assertThat(AdsPeer.names(known.hear())).containsExactly(secret);
            secured.raw(gateway(secret));
            assertThat(AdsPeer.names(secured.hear())).containsExactly(secret);
        }
        String sidecar = istiod.tokens().mint("default", "web", Duration.ofHours(1));
        try (AdsPeer other = plain(sidecar)) {
            other.raw(gateway(secret));
            assertThat(other.status()).isEqualTo(GrpcStatus.PERMISSION_DENIED);
        }
    }

    /** A server certificate as the two lines of a Secret's data. */
    private String keyPair() {
        KeyPairAndChain pair = istiod.authority().issueServer(List.of("shop.example"), List.of(), Duration.ofDays(1));
        Base64.Encoder base64 = Base64.getEncoder();
        return "tls.crt: " + base64.encodeToString(pair.chainPem().getBytes(StandardCharsets.US_ASCII)) + ", tls.key: "
                + base64.encodeToString(pair.keyPem().getBytes(StandardCharsets.US_ASCII));
    }

    private static DeltaDiscoveryRequest gateway(String secret) {
        return DeltaDiscoveryRequest.newBuilder()
                .setNode(Node.newBuilder().setId("router~10.9.9.9~ingress.istio-system~istio-system.svc.cluster.local"))
                .setTypeUrl(SECRET)
                .addResourceNamesSubscribe(secret)
                .build();
    }

    @Test
    void itsCertificateIsForTheAddressItListensOn() throws Exception {
        for (String address : List.of("127.0.0.9:0", ":0")) {
            IstiodBootstrap elsewhere = IstiodBootstrap.onLoopback(List.of(config), directory.resolve("elsewhere"))
                    .withAddresses(
                            ListenAddress.parse("--grpcAddr", "127.0.0.1:0"),
                            ListenAddress.parse("--secureGRPCAddr", address),
                            null,
                            ListenAddress.parse("--monitoringAddr", "127.0.0.1:0"));
            Istiod other = deployed(new Istiod(elsewhere, Istiod.Surroundings.none()));
            String reached = address.startsWith(":") ? "127.0.0.1" : "127.0.0.9";
            HttpClientOptions options = new HttpClientOptions()
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setSsl(true)
                    .setUseAlpn(true)
                    .setTrustOptions(new PemTrustOptions()
                            .addCertValue(Buffer.buffer(other.authority().rootPem())));
            var client = vertx.createHttpClient(options);
            client.request(HttpMethod.GET, other.addresses().secureGrpc(), reached, "/")
                    .await();
            client.close().await();
            vertx.undeploy(other.deploymentID()).await();
        }
    }

    @Test
    void anEditReachesAProxyAndIsToldWithWhomItTouched() throws Exception {
        try (AdsPeer peer = plain()) {
            peer.subscribe(CLUSTER);
            peer.hearAndAcknowledge(CLUSTER);
            await().until(() -> istiod.proxies().getFirst().settledVersion() > 0);
            String node = istiod.proxies().getFirst().node().id();

            Files.writeString(config.resolve("services.yaml"), REVIEWS + MORE);
            assertThat(AdsPeer.names(peer.hearAndAcknowledge(CLUSTER)))
                    .contains("outbound|9080||ratings.default.svc.cluster.local");
            await().untilAsserted(() -> assertThat(log).contains("changed 1", "in force 2 [" + node + "]"));
            await().until(() -> istiod.isInSync(node));
        }
    }

    @Test
    void aBrokenEditLeavesProxiesInPeace() throws Exception {
        Files.writeString(config.resolve("services.yaml"), "kind: [");
        await().untilAsserted(() -> assertThat(log).anyMatch(line -> line.startsWith("problem ")));
        assertThat(snapshot().registry().services()).hasSize(1);
        assertThat(get("/metrics")).contains("pilot_total_rejected_configs 1\n");
    }

    @Test
    void debugPagesShowWhatAProxyHas() {
        try (AdsPeer peer = plain()) {
            DeltaDiscoveryRequest first = hello("default", CLUSTER);
            peer.raw(first.toBuilder()
                    .setNode(first.getNode().toBuilder().setUserAgentName("lateen"))
                    .build());
            peer.hearAndAcknowledge(CLUSTER);
            peer.subscribe(LISTENER);
            peer.hearAndAcknowledge(LISTENER);
            await().until(() -> istiod.proxies().getFirst().settledVersion() > 0);

            JsonObject sync = new JsonArray(get("/debug/syncz")).getJsonObject(0);
            assertThat(sync.getString("proxy")).isEqualTo("reviews-v1.default");
            assertThat(sync.getString("cluster_sent")).isNotEmpty().isEqualTo(sync.getString("cluster_acked"));
            JsonObject dump = new JsonObject(get("/debug/config_dump?proxyID=reviews-v1.default"));
            assertThat(dump.getJsonArray("configs").stream()
                            .map(section ->
                                    ((JsonObject) section).getString("@type").replaceAll(".*\\.", "")))
                    .containsExactly(
                            "BootstrapConfigDump",
                            "ClustersConfigDump",
                            "ListenersConfigDump",
                            "ScopedRoutesConfigDump",
                            "RoutesConfigDump",
                            "SecretsConfigDump");
            assertThat(dump.getJsonArray("configs").getJsonObject(2).encode())
                    .contains("virtualInbound", "envoy.filters.network.http_connection_manager", "istio.stats");
            assertThat(dump.encode()).contains("outbound|9080||reviews.default.svc.cluster.local");
            assertThat(new JsonObject(get("/debug/adsz")).getInteger("totalClients"))
                    .isEqualTo(1);
            assertThat(get("/metrics"))
                    .contains(
                            "# TYPE pilot_xds_pushes counter\n",
                            "pilot_xds_pushes{type=\"cds\"} 1\n",
                            "pilot_services 1\n");
        }
        assertThat(new JsonArray(get("/debug/registryz")).getJsonObject(0).getString("hostname"))
                .isEqualTo("reviews.default.svc.cluster.local");
        assertThat(get("/version")).isEqualTo("1.31.0-lateen-0.1.0-Clean");
    }

    @Test
    void theRegistryIsShownAsIstioShowsItToKiali() throws Exception {
        Files.writeString(config.resolve("more.yaml"), MESH_ENTRY);
        await().until(() -> snapshot().registry().services().size() == 2);
        JsonObject service = new JsonArray(get("/debug/registryz")).getJsonObject(0);
        assertThat(service.getJsonObject("Attributes").getString("ServiceRegistry"))
                .isEqualTo("External");
        assertThat(service.getJsonObject("Attributes").getString("Namespace")).isEqualTo("default");
        assertThat(service.getJsonArray("ports").getJsonObject(0).getInteger("port"))
                .isEqualTo(80);
        JsonObject endpoint = new JsonArray(get("/debug/endpointz"))
                .getJsonObject(0)
                .getJsonArray("ep")
                .getJsonObject(0);
        assertThat(endpoint.getJsonObject("service").getString("hostname")).isEqualTo("entry.example");
        assertThat(endpoint.getJsonObject("endpoint").getString("Address")).isEqualTo("10.2.0.1");
        assertThat(endpoint.getJsonObject("endpoint").getInteger("EndpointPort"))
                .isEqualTo(8080);
        assertThat(new JsonArray(get("/debug/configz")).getJsonObject(0).getJsonObject("spec"))
                .isEqualTo(new JsonObject("""
                    {"hosts": ["entry.example"], "location": "MESH_INTERNAL", "resolution": "STATIC",
                     "ports": [{"number": 80, "protocol": "HTTP", "name": "http", "targetPort": 8080}],
                     "endpoints": [{"address": "10.2.0.1", "weight": 0}]}\
                    """));
    }

    @Test
    void everyDebugPageThatIsListedAnswers() {
        try (AdsPeer peer = plain()) {
            peer.raw(hello("default", CLUSTER));
            peer.hearAndAcknowledge(CLUSTER);
            JsonArray names = new JsonArray(get("/debug/list"));
            assertThat(names).contains("syncz", "config_dump", "edsz", "authorizationz", "telemetryz", "connections");
            for (Object name : names) {
                String page = get("/debug/" + name + "?proxyID=reviews-v1.default");
                assertThat(page).as("/debug/" + name).matches("(?s)[\\[{].*[\\]}]\\s*");
            }
            assertThat(get("/debug")).contains("/debug/syncz");
            assertThat(get("/debug/config_dump?proxyID=nobody.nowhere")).contains("no such proxy");
            assertThat(get("/debug/config_dump")).contains("proxyID");
        }
    }

    @Test
    void istioctlAsksForTheStateOfProxiesOverTheStream() throws Exception {
        try (AdsPeer peer = plain();
                AdsPeer istioctl = plain()) {
            peer.raw(hello("default", CLUSTER));
            peer.hearAndAcknowledge(CLUSTER);
            await().until(() -> istiod.proxies().getFirst().settledVersion() > 0);
            istioctl.raw(hello("istio-system", "istio.io/debug/syncz"));
            DeltaDiscoveryResponse state = istioctl.hear();
            assertThat(state.getResourcesCount()).isEqualTo(1);
            ClientConfig reviews = state.getResources(0).getResource().unpack(ClientConfig.class);
            assertThat(reviews.getNode().getId()).isEqualTo("reviews-v1.default");
            assertThat(reviews.getGenericXdsConfigsList())
                    .extracting(ClientConfig.GenericXdsConfig::getConfigStatus)
                    .containsExactly(
                            ConfigStatus.SYNCED, ConfigStatus.UNKNOWN, ConfigStatus.UNKNOWN, ConfigStatus.UNKNOWN);
            assertThat(state.getControlPlane().getIdentifier()).contains("istiod");

            istioctl.subscribe("istio.io/debug/config_dump", "reviews-v1.default");
            assertThat(istioctl.hear().getResourcesList())
                    .anyMatch(section -> section.getResource().getTypeUrl().endsWith("ClustersConfigDump"));
            assertThat(istiod.proxies()).hasSize(1);
        }
        try (AdsPeer stranger = secure(null, List.of(), istiod.tokens().mint("default", "x", Duration.ofHours(1)))) {
            stranger.raw(hello("default", "istio.io/debug/syncz"));
            assertThat(stranger.status()).isEqualTo(GrpcStatus.PERMISSION_DENIED);
        }
    }

    @Test
    void whatIsWrongWithTheFilesIsShownUntilItIsMended() throws Exception {
        Files.writeString(config.resolve("wrong.yaml"), "kind: [");
        await().until(() -> get("/debug/push_status").contains("wrong.yaml"));
        assertThat(get("/metrics")).contains("pilot_config_problems 1\n");
        Files.delete(config.resolve("wrong.yaml"));
        await().until(() -> !get("/debug/push_status").contains("wrong.yaml"));
        assertThat(get("/metrics")).contains("pilot_config_problems 0\n", "pilot_total_rejected_configs 1\n");
    }

    @Test
    void theMetricsOfIstiosControlPlaneDashboardAreThere() throws Exception {
        try (AdsPeer peer = plain()) {
            peer.raw(hello("default", CLUSTER));
            peer.hearAndAcknowledge(CLUSTER);
            Files.writeString(config.resolve("more.yaml"), MESH_ENTRY);
            peer.reject(peer.hear(), "no");
            await().until(() -> get("/metrics").contains("pilot_total_xds_rejects{type=\"cds\"} 1\n"));
        }
        assertThat(get("/metrics"))
                .contains(
                        "istio_build{component=\"pilot\",tag=\"1.31.0\"} 1\n",
                        "pilot_k8s_cfg_events{type=\"ServiceEntry\",event=\"add\"} 1\n",
                        "pilot_push_triggers{type=\"config\"} 1\n",
                        "# TYPE pilot_xds_push_time histogram\n",
                        "# TYPE pilot_xds_config_size_bytes histogram\n",
                        "# TYPE pilot_proxy_convergence_time histogram\n",
                        "pilot_total_xds_internal_errors 0\n",
                        "pilot_virt_services 0\n",
                        "citadel_server_root_cert_expiry_seconds ",
                        "process_cpu_seconds_total ",
                        "process_resident_memory_bytes ");
    }

    @Test
    void whoAsksForReadinessHoldsNobodyUpWhileAConditionTakesItsTime() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        readiness.require("a long look", () -> {
            asked.countDown();
            try {
                return over.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                return false;
            }
        });
        CompletableFuture<String> ready = CompletableFuture.supplyAsync(() -> get("/ready"));
        asked.await();
        assertThat(get("/version")).isNotEmpty();
        assertThat(ready).isNotDone();
        over.countDown();
        assertThat(ready.join()).isEqualTo("ready\n");
    }

    @Test
    void readinessWaitsForWhatIsRequired() {
        assertThat(get("/ready")).isEqualTo("ready\n");
        readiness.require("sidecars in sync", () -> false);
        assertThat(get("/ready")).isEqualTo("not ready: sidecars in sync\n");
    }

    @Test
    void aPortInUseIsReportedWithItsFlag() {
        int taken = istiod.addresses().grpc();
        assertThatThrownBy(() -> deployed(new Istiod(bootstrap(taken), Istiod.Surroundings.none())))
                .hasMessageContaining("--grpcAddr 127.0.0.1:" + taken)
                .hasMessageContaining("already in use");
    }

    @Test
    void wrongConfigAtTheStartIsAFailure() throws Exception {
        Files.writeString(config.resolve("wrong.yaml"), "apiVersion: networking.istio.io/v1\nkind: VirtualServise\n");
        assertThatThrownBy(() -> deployed(new Istiod(bootstrap(0), Istiod.Surroundings.none())))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("wrong.yaml");
    }

    @Test
    void addressesAreReadAsIstioWritesThem() {
        assertThat(ListenAddress.parse("--grpcAddr", ":15010"))
                .isEqualTo(new ListenAddress("--grpcAddr", "0.0.0.0", 15010));
        assertThat(ListenAddress.parse("--grpcAddr", "[::1]:0").host()).isEqualTo("::1");
        for (String wrong : List.of("15010", "localhost:", "localhost:99999", "::1:80", "")) {
            assertThatThrownBy(() -> ListenAddress.parse("--grpcAddr", wrong))
                    .hasMessageContaining("--grpcAddr")
                    .hasMessageContaining("accepted: HOST:PORT");
        }
    }

    private String get(String path) {
        // On its context: elsewhere the body may have come before anybody asks for it.
        Future<String> page = Future.future(told -> vertx.runOnContext(
                _ -> pages.request(HttpMethod.GET, istiod.addresses().monitoring(), "127.0.0.1", path)
                        .compose(request -> request.send())
                        .compose(response -> response.body())
                        .map(Buffer::toString)
                        .onComplete(told)));
        return page.await();
    }

    private AdsPeer plain() {
        return AdsPeer.call(vertx, istiod.addresses().grpc(), DELTA, new HttpClientOptions(), null);
    }

    private AdsPeer plain(String token) {
        return AdsPeer.call(vertx, istiod.addresses().grpc(), DELTA, new HttpClientOptions(), token);
    }

    private AdsPeer secure(@Nullable KeyPair key, List<String> chain, @Nullable String token) {
        return AdsPeer.call(vertx, istiod.addresses().secureGrpc(), DELTA, tls(key, chain), token);
    }

    private HttpClientOptions tls(@Nullable KeyPair key, List<String> chain) {
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setSsl(true)
                .setUseAlpn(true)
                .setTrustOptions(new PemTrustOptions()
                        .addCertValue(Buffer.buffer(istiod.authority().rootPem())));
        if (key != null) {
            String pem = "-----BEGIN PRIVATE KEY-----\n"
                    + Base64.getMimeEncoder().encodeToString(key.getPrivate().getEncoded())
                    + "\n-----END PRIVATE KEY-----\n";
            options.setKeyCertOptions(new PemKeyCertOptions()
                    .setKeyValue(Buffer.buffer(pem))
                    .setCertValue(Buffer.buffer(String.join("", chain.subList(0, chain.size() - 1)))));
        }
        return options;
    }

    private static DeltaDiscoveryRequest hello(String namespace, String typeUrl) {
        return DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(typeUrl)
                .setNode(Node.newBuilder()
                        .setId("sidecar~10.0.0.1~reviews-v1." + namespace + "~" + namespace + ".svc.cluster.local"))
                .build();
    }

    private static KeyPair newKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private List<String> certificate(KeyPair key, String token) throws Exception {
        byte[] csr = new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=agent"), key.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
                .getEncoded();
        String pem = "-----BEGIN CERTIFICATE REQUEST-----\n"
                + Base64.getMimeEncoder().encodeToString(csr)
                + "\n-----END CERTIFICATE REQUEST-----\n";
        GrpcClient client = GrpcClient.client(vertx, tls(null, List.of()));
        GrpcClientRequest<Buffer, Buffer> request = client.request(
                        SocketAddress.inetSocketAddress(istiod.addresses().secureGrpc(), "127.0.0.1"))
                .await();
        request.serviceName(ServiceName.create("istio.v1.auth", "IstioCertificateService"))
                .methodName("CreateCertificate");
        request.headers().set("authorization", "Bearer " + token);
        request.end(Buffer.buffer(
                IstioCertificateRequest.newBuilder().setCsr(pem).build().toByteArray()));
        Buffer answer = request.response().compose(response -> response.last()).await();
        client.close().await();
        return IstioCertificateResponse.parseFrom(answer.getBytes()).getCertChainList();
    }
}
