package dev.lateen.istiod;

import static java.util.Objects.requireNonNull;

import dev.lateen.api.metrics.MetricsSource;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.debug.Readiness;
import dev.lateen.istiod.discovery.AdsPeer;
import dev.lateen.istiod.input.ConfigChange;
import dev.lateen.istiod.listen.ListenAddress;
import dev.lateen.istiod.model.MeshSnapshot;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A whole istiod on free ports, with strangers calling it as an agent and an Envoy would. */
abstract class IstiodFixture {
    static final String REVIEWS = """
        apiVersion: v1
        kind: Service
        metadata: {name: reviews}
        spec: {selector: {app: reviews}, ports: [{name: http, port: 9080}]}
        """;
    static final String DELTA = "DeltaAggregatedResources";

    final Vertx vertx = Vertx.vertx();
    final List<String> log = new CopyOnWriteArrayList<>();
    /** Kept: a client that nobody refers to is closed with the next garbage collection. */
    final HttpClient pages = vertx.createHttpClient();

    @TempDir
    Path directory;

    Path config;
    final Readiness readiness = new Readiness();
    Istiod istiod;

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

    MeshSnapshot snapshot() {
        return requireNonNull(istiod.snapshot());
    }

    Istiod deployed(Istiod verticle) {
        vertx.deployVerticle(verticle).await();
        return verticle;
    }

    IstiodBootstrap bootstrap(int grpcPort) {
        ListenAddress any = ListenAddress.parse("--monitoringAddr", "127.0.0.1:0");
        return IstiodBootstrap.onLoopback(List.of(config), directory.resolve("state"))
                .withAddresses(
                        ListenAddress.parse("--grpcAddr", "127.0.0.1:" + grpcPort),
                        ListenAddress.parse("--secureGRPCAddr", "127.0.0.1:0"),
                        null,
                        any);
    }

    IstiodEvents events() {
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

    String get(String path) {
        // On its context: elsewhere the body may have come before anybody asks for it.
        Future<String> page = Future.future(told -> vertx.runOnContext(
                _ -> pages.request(HttpMethod.GET, istiod.addresses().monitoring(), "127.0.0.1", path)
                        .compose(request -> request.send())
                        .compose(response -> response.body())
                        .map(Buffer::toString)
                        .onComplete(told)));
        return page.await();
    }

    AdsPeer plain() {
        return AdsPeer.call(vertx, istiod.addresses().grpc(), DELTA, new HttpClientOptions(), null);
    }

    AdsPeer plain(String token) {
        return AdsPeer.call(vertx, istiod.addresses().grpc(), DELTA, new HttpClientOptions(), token);
    }

    AdsPeer secure(@Nullable KeyPair key, List<String> chain, @Nullable String token) {
        return AdsPeer.call(vertx, istiod.addresses().secureGrpc(), DELTA, tls(key, chain), token);
    }

    HttpClientOptions tls(@Nullable KeyPair key, List<String> chain) {
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

    static DeltaDiscoveryRequest hello(String namespace, String typeUrl) {
        return DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(typeUrl)
                .setNode(Node.newBuilder()
                        .setId("sidecar~10.0.0.1~reviews-v1." + namespace + "~" + namespace + ".svc.cluster.local"))
                .build();
    }
}
