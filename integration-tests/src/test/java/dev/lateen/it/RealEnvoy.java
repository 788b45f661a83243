package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.istiod.Istiod;
import dev.lateen.proxy.identity.GrpcCertificateAuthority;
import dev.lateen.proxy.identity.MeshRoots;
import dev.lateen.proxy.identity.SdsServer;
import dev.lateen.proxy.identity.Surroundings;
import dev.lateen.proxy.identity.WorkloadIdentity;
import dev.lateen.proxy.xds.GrpcEndpoint;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** A stock Envoy under our istiod. Its certificate comes from istiod by our own identity code, served to it by our SDS. */
final class RealEnvoy implements AutoCloseable {
    private final MeshNode node;
    private final Running process;
    private final String admin;
    private final SdsServer sds;
    private final WorkloadIdentity identity;
    private final Web web = Web.direct();

    private RealEnvoy(MeshNode node, Running process, String admin, SdsServer sds, WorkloadIdentity identity) {
        this.node = node;
        this.process = process;
        this.admin = admin;
        this.sds = sds;
        this.identity = identity;
    }

    /**
     * Where it runs.
     *
     * @param controlPlane the address under which it reaches istiod and the secrets
     * @param admin the address of its admin interface
     * @param entering turns its command into the one that runs it there
     */
    record Place(String controlPlane, String admin, UnaryOperator<List<String>> entering) {
        /** This machine, like the test itself. */
        static final Place HERE = new Place("127.0.0.1", "127.0.0.1", UnaryOperator.identity());
    }

    /** Starts it on this machine; it is not ready yet. @param apiType {@code DELTA_GRPC} or {@code GRPC} */
    static RealEnvoy start(Vertx vertx, Istiod istiod, MeshNode node, String apiType, Path directory)
            throws IOException {
        return start(vertx, istiod, node, apiType, directory, Place.HERE);
    }

    /** Starts it somewhere; it is not ready yet. */
    static RealEnvoy start(Vertx vertx, Istiod istiod, MeshNode node, String apiType, Path directory, Place place)
            throws IOException {
        Path binary = Peers.envoy();
        SdsServer sds = new SdsServer(vertx);
        int sdsPort = Async.done(sds.start(SocketAddress.inetSocketAddress(0, place.controlPlane)));
        String root = istiod.authority().rootPem();
        Surroundings around = Surroundings.of(vertx, InstantSource.system(), new SplittableRandom());
        WorkloadIdentity identity = new WorkloadIdentity(
                node.identity(istiod),
                new GrpcCertificateAuthority(
                        vertx,
                        GrpcEndpoint.of(SocketAddress.inetSocketAddress(
                                istiod.addresses().secureGrpc(), "127.0.0.1")),
                        () -> root),
                new MeshRoots(root, () -> root, around),
                around,
                sds::secret);
        Async.done(identity.start());
        int admin = place.admin.equals(Place.HERE.admin) ? Ports.free() : 15000;
        Path file = directory.resolve(node.name() + ".yaml");
        Files.writeString(
                file,
                node.bootstrap(
                        place.controlPlane,
                        place.admin,
                        admin,
                        apiType,
                        istiod.addresses().secureGrpc(),
                        sdsPort));
        Running process = Running.start(
                node.name(),
                place.entering.apply(List.of(
                        binary.toString(),
                        "-c",
                        file.toString(),
                        "--concurrency",
                        "1",
                        // As Istio's agent has it; else connections of before keep the policies of before for ten
                        // minutes.
                        "--drain-time-s",
                        "1",
                        "--drain-strategy",
                        "immediate",
                        "-l",
                        "warning",
                        "--use-dynamic-base-id")),
                Map.of());
        return new RealEnvoy(node, process, "http://" + place.admin + ":" + admin, sds, identity);
    }

    MeshNode node() {
        return node;
    }

    void awaitLive() {
        process.awaitOutput(Patience.OF_A_START, _ -> web.status(admin + "/ready") == 200);
        assertThat(page("/ready")).startsWith("LIVE");
    }

    /** A page of its admin interface. */
    String page(String path) {
        try {
            return web.get(admin + path).body();
        } catch (IOException e) {
            throw new AssertionError(node.name() + path + "\n" + process.output(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Its counters and gauges whose names match a regular expression. */
    Map<String, Long> stats(String filter) {
        Map<String, Long> stats = new TreeMap<>();
        page("/stats?filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8))
                .lines()
                .forEach(line -> {
                    int colon = line.lastIndexOf(": ");
                    if (colon > 0 && line.substring(colon + 2).chars().allMatch(Character::isDigit)) {
                        stats.put(line.substring(0, colon), Long.parseLong(line.substring(colon + 2)));
                    }
                });
        return stats;
    }

    /** No update of any kind was rejected, and there were some. */
    void assertNothingRejected() {
        Map<String, Long> rejected = stats("update_rejected");
        assertThat(rejected)
                .as("%s", node.name())
                .containsKeys("cluster_manager.cds.update_rejected", "listener_manager.lds.update_rejected");
        assertThat(rejected.values())
                .as("%s: %s%n%s", node.name(), rejected, process.output())
                .allMatch(count -> count == 0);
        assertThat(stats("^(cluster_manager.cds|listener_manager.lds).update_success$")
                        .values())
                .as("%s was updated", node.name())
                .hasSize(2)
                .allMatch(count -> count > 0);
        assertThat(stats("listener_manager.listener_create_failure").values()).allMatch(count -> count == 0);
    }

    String output() {
        return process.output();
    }

    @Override
    public void close() {
        process.close();
        web.close();
        Async.done(identity.close());
        Async.done(sds.close());
    }
}
