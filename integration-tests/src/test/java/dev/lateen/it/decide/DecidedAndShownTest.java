package dev.lateen.it.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.istiod.model.MeshSnapshot;
import dev.lateen.it.Pem;
import dev.lateen.it.Ports;
import dev.lateen.it.decide.Backends.Hit;
import dev.lateen.it.decide.Client.Answer;
import dev.lateen.it.decide.Expected.Kind;
import dev.lateen.it.decide.RunningProxy.Seen;
import dev.lateen.proxy.decide.Decisions;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.reason.Finding;
import dev.lateen.proxy.reason.Trace;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * For generated meshes and what clients do in them: what {@link Decisions} says without a socket is what a running data path shows, as clients, applications and observers see it, and the
 * trace names whose resource it was.
 */
class DecidedAndShownTest {
    private static final int MESHES = 46;
    private static final int QUESTIONS_OF_EACH = 11;

    @TempDir
    private static Path directory;

    private static final Chance CHANCE = new Chance();
    private static Identities identities;
    private static Backends backends;
    private static RunningProxy sidecar;
    private static RunningProxy gateway;
    private static int outbound;
    private static int inbound;
    private static int gatewayHttp;
    private static int gatewayHttps;
    private static String gatewaySecret;

    @BeforeAll
    static void begin() throws Exception {
        Leaks.watch();
        identities = new Identities(directory, List.of("pod", "backend", "alice", "bob"));
        gatewaySecret = Pem.workload(directory, "front", "spiffe://front").secret("cert");
        outbound = Ports.free();
        inbound = Ports.free();
        gatewayHttp = Ports.free();
        gatewayHttps = Ports.free();
        backends = new Backends(identities);
        for (int service = 1; service <= 5; service++) {
            for (int pod = 1; pod <= 2; pod++) {
                backends.open(World.address(service, pod), 8080);
            }
        }
        // Whom a Sidecar hides is called at the service's own address.
        for (int service = 1; service <= 3; service++) {
            backends.open("127.4.0." + service, 8000);
        }
        backends.open("127.4.0.4", 7000);
        backends.open(World.address(5, 1), 8000);
        for (int port : List.of(8080, 9090, 7070, 6060)) {
            backends.open(World.POD, port);
        }
        sidecar = new RunningProxy(CHANCE);
        gateway = new RunningProxy(CHANCE);
    }

    @AfterAll
    static void end() throws Exception {
        sidecar.close();
        gateway.close();
        backends.close();
        assertThat(Leaks.found()).isEmpty();
    }

    @Test
    void whatIsDecidedWithoutASocketIsWhatTheMeshShows() throws Exception {
        Snapshots snapshots = new Snapshots(
                "{proxyListenPort: " + outbound + ", proxyInboundListenPort: " + inbound + "}",
                identities.secrets("pod"));
        Map<Kind, Integer> kinds = new EnumMap<>(Kind.class);
        Map<String, Integer> security = new HashMap<>();
        int retried = 0;
        int asked = 0;
        for (int seed = 0; seed < MESHES; seed++) {
            World world = new World(seed, gatewayHttp, gatewayHttps);
            MeshSnapshot mesh = snapshots.mesh(seed + 1, world.yaml() + "---\n" + gatewaySecret);
            ProxySnapshot ofSidecar = snapshots.of(mesh, Nodes.sidecar(), seed + 1);
            ProxySnapshot ofGateway = snapshots.of(mesh, Nodes.gateway(), seed + 1);
            sidecar.put(ofSidecar);
            gateway.put(ofGateway);
            Decisions bySidecar = Decisions.of(ofSidecar);
            Decisions byGateway = Decisions.of(ofGateway);
            for (Question question : new Questions(seed, gatewayHttp, gatewayHttps).all()) {
                CHANCE.fall(question.id().hashCode() * 0x9E3779B97F4A7C15L);
                Expected expected = show(world, question, question.gateway() ? byGateway : bySidecar);
                kinds.merge(expected.kind(), 1, Integer::sum);
                expected.targets().values().stream().distinct().forEach(each -> security.merge(each, 1, Integer::sum));
                retried += expected.attempts() > 1 ? 1 : 0;
                asked++;
            }
        }
        assertThat(asked).isEqualTo(MESHES * QUESTIONS_OF_EACH).isGreaterThanOrEqualTo(500);
        assertThat(kinds).as("each end was met").hasSize(Kind.values().length);
        assertThat(kinds.values()).as("%s", kinds).allMatch(times -> times >= 5);
        assertThat(security).containsOnlyKeys("plain", "TLS", "mTLS");
        assertThat(retried).isGreaterThan(20);
    }

    private static Expected show(World world, Question question, Decisions decisions) throws Exception {
        RunningProxy proxy = question.gateway() ? gateway : sidecar;
        int port = question.gateway()
                ? Integer.parseInt(question.original().substring(1))
                : question.inbound() ? inbound : outbound;
        InetSocketAddress called = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
        Trace trace = new Trace();
        Expected expected = Expected.of(decisions, question, called, CHANCE, trace);
        Answer answer = new Client(identities).send(proxy, called, question);
        List<Hit> hits = backends.hits(question.id());
        String about = "%s\n%s\n%s\n%s\n%s\n%s"
                .formatted(
                        question,
                        expected,
                        answer,
                        hits,
                        String.join(
                                "\n",
                                trace.findings().stream().map(Finding::text).toList()),
                        world.yaml());
        assertThat(hits).as(about).hasSize(expected.attempts());
        for (Hit hit : hits) {
            assertThat(expected.targets()).as(about).containsEntry(hit.address(), hit.security());
            assertThat(hit.path()).as(about).isEqualTo(expected.path());
        }
        switch (expected.kind()) {
            case CLOSED, DENIED -> assertThat(answer.came()).as(about).isEmpty();
            case NOT_UNDERSTOOD -> assertThat(answer.status()).as(about).isIn(0, 400);
            case RELAYED -> {} // what came is the application's
            case ANSWERED, FORWARDED -> assertThat(answer.status()).as(about).isEqualTo(expected.status());
        }
        if (expected.kind() == Kind.ANSWERED || expected.kind() == Kind.FORWARDED || expected.kind() == Kind.RELAYED) {
            compare(proxy.of(answer.port()), expected, about);
        }
        Named.check(world, question, expected, trace, about);
        return expected;
    }

    private static void compare(Seen seen, Expected expected, String about) {
        assertThat(seen.terminal()).as(about).isSameAs(expected.terminal());
        assertThat(seen.cluster()).as(about).isEqualTo(expected.cluster());
        assertThat(seen.delayed()).as(about).isEqualTo(expected.delayed());
        if (expected.kind() == Kind.ANSWERED) {
            assertThat(seen.details()).as(about).isEqualTo(expected.details());
        }
        if (expected.kind() == Kind.FORWARDED) {
            assertThat(seen.attempts()).as(about).isEqualTo(expected.attempts());
            Set<String> details = Set.of("via_upstream");
            assertThat(details.contains(seen.details()) || expected.status() == 503)
                    .as(about)
                    .isTrue();
        }
    }
}
