package dev.lateen.proxy.dns;

import static dev.lateen.proxy.dns.DnsClient.A;
import static dev.lateen.proxy.dns.DnsClient.TXT;
import static dev.lateen.proxy.dns.DnsClient.query;
import static dev.lateen.proxy.dns.DnsClient.tcp;
import static dev.lateen.proxy.dns.DnsClient.udp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lateen.proxy.dns.DnsClient.Answer;
import dev.lateen.proxy.http.Leaks;
import dev.lateen.proxy.model.NameTable;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the DNS server leaves to others, which the tests write. */
class DnsForwardingTest {
    private static final Map<String, NameTable.Host> REVIEWS = Map.of(
            "reviews.shop.svc.cluster.local",
            new NameTable.Host(List.of("10.1.0.1"), "Kubernetes", "reviews", "shop", List.of()));

    private final DnsFixture dns = new DnsFixture();

    @BeforeAll
    static void watch() {
        Leaks.watch();
    }

    @AfterEach
    void close() throws Exception {
        dns.close();
    }

    @AfterAll
    static void nothingLeaks() {
        assertThat(Leaks.found()).isEmpty();
    }

    @Test
    void beforeTheFirstTableEverythingFailsSoThatNothingIsToldOtherwiseLater() throws Exception {
        FakeUpstream upstream = dns.upstream(q -> FakeUpstream.address(q, 9, 9, 9, 9));
        dns.start(List.of(upstream.address()), false, DnsFixture.LONG, DnsSettings.Limits.USUAL);
        assertThat(udp(dns.address, query(1, "reviews", A, -1)).code()).isEqualTo(2);
        dns.know(REVIEWS);
        assertThat(udp(dns.address, query(1, "reviews", A, -1)).code()).isZero();
        dns.know(Map.of());
        assertThat(udp(dns.address, query(1, "reviews", A, -1)).records()).containsExactly("reviews. A 9.9.9.9 300");
        assertThat(upstream.asked).hasSize(1);
    }

    @Test
    void otherNamesAndOtherTypesAreAskedOfTheServersAndTheirAnswersPassedOn() throws Exception {
        FakeUpstream upstream = dns.upstream(
                q -> q[q.length - 3] == TXT ? FakeUpstream.text(q, 600) : FakeUpstream.address(q, 9, 9, 9, 9));
        dns.startKnowing(List.of(upstream.address()), false, DnsFixture.LONG);
        byte[] other = query(4711, "elsewhere.example.org", A, -1);
        for (Answer answer : List.of(udp(dns.address, other), tcp(dns.address, other))) {
            assertThat(answer.id()).isEqualTo(4711);
            assertThat(answer.isAuthoritative()).isFalse();
            assertThat(answer.records()).containsExactly("elsewhere.example.org. A 9.9.9.9 300");
        }
        byte[] text = query(5, "reviews.shop", TXT, -1);
        assertThat(tcp(dns.address, text).size()).isGreaterThan(600);
        Answer cut = udp(dns.address, text);
        assertThat(cut.isTruncated()).isTrue();
        assertThat(cut.records()).isEmpty();
        assertThat(udp(dns.address, query(5, "reviews.shop", TXT, 4096)).isTruncated())
                .isFalse();
        assertThat(dns.metrics())
                .contains(
                        "istio_agent_dns_upstream_requests_total 5\n",
                        "istio_agent_dns_upstream_failures_total 0\n",
                        "istio_agent_dns_upstream_request_duration_seconds_count 5\n");
    }

    @Test
    void aServerThatIsSilentOrGoneIsFollowedByTheNext() throws Exception {
        FakeUpstream silent = dns.upstream(q -> new byte[0]);
        FakeUpstream good = dns.upstream(q -> FakeUpstream.address(q, 9, 9, 9, 9));
        dns.startKnowing(List.of(silent.address(), DnsFixture.free(), good.address()), false, DnsFixture.SHORT);
        for (int i = 0; i < 10; i++) {
            assertThat(udp(dns.address, query(i, "elsewhere.", A, -1)).records())
                    .hasSize(1);
            assertThat(tcp(dns.address, query(i, "elsewhere.", A, -1)).records())
                    .hasSize(1);
        }
        assertThat(silent.asked).isNotEmpty();
    }

    @Test
    void whenAllServersFailTheQuestionFails() throws Exception {
        FakeUpstream silent = dns.upstream(q -> new byte[0]);
        dns.startKnowing(List.of(silent.address(), DnsFixture.free()), false, DnsFixture.SHORT);
        for (Answer answer : List.of(
                udp(dns.address, query(1, "elsewhere", A, 1232)), tcp(dns.address, query(1, "elsewhere", A, 1232)))) {
            assertThat(answer.code()).isEqualTo(2);
            assertThat(answer.question()).isEqualTo("elsewhere.");
        }
        assertThat(dns.metrics()).contains("istio_agent_dns_upstream_failures_total 2\n");
    }

    @Test
    void withoutServersWhatIsNotKnownFailsAtOnce() throws Exception {
        dns.startKnowing(List.of(), false, DnsFixture.LONG);
        assertThat(udp(dns.address, query(1, "elsewhere", A, -1)).code()).isEqualTo(2);
    }

    @Test
    void inParallelTheFirstAnswerCountsWhileOthersAreSilent() throws Exception {
        FakeUpstream silent = dns.upstream(q -> new byte[0]);
        FakeUpstream good = dns.upstream(q -> FakeUpstream.address(q, 9, 9, 9, 9));
        dns.startKnowing(List.of(silent.address(), good.address(), silent.address()), true, DnsFixture.LONG);
        for (int i = 0; i < 5; i++) {
            assertThat(udp(dns.address, query(i, "elsewhere", A, -1)).records()).hasSize(1);
        }
        assertThat(good.asked).hasSize(5);
        await().until(() -> dns.server.open() >= 10);
    }

    @Test
    void answersToOtherQuestionsAreNotTakenForOurs() throws Exception {
        FakeUpstream liar = dns.upstream(q -> {
            byte[] wrong = FakeUpstream.address(q, 6, 6, 6, 6);
            if (q[12] == 3) {
                wrong[0]++;
            } else {
                wrong[13]++;
            }
            return wrong;
        });
        dns.startKnowing(List.of(liar.address()), false, DnsFixture.SHORT);
        assertThat(udp(dns.address, query(1, "abc", A, -1)).code()).isEqualTo(2);
        assertThat(udp(dns.address, query(1, "abcd", A, -1)).code()).isEqualTo(2);
        assertThat(liar.asked).hasSize(2);
    }

    @Test
    void moreThanMayBeUnderWayFailsAtOnceAndNothingElseSuffers() throws Exception {
        FakeUpstream silent = dns.upstream(q -> new byte[0]);
        dns.startKnowing(
                List.of(silent.address()),
                false,
                DnsFixture.LONG,
                new DnsSettings.Limits(3, 256, 32, Duration.ofSeconds(10)));
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(10_000);
            for (int i = 0; i < 5; i++) {
                byte[] query = query(i, "elsewhere", A, -1);
                socket.send(new DatagramPacket(query, query.length, dns.address));
            }
            Set<Integer> failed = new HashSet<>();
            failed.add(DnsClient.hear(socket).id());
            failed.add(DnsClient.hear(socket).id());
            assertThat(failed).containsExactlyInAnyOrder(3, 4);
        }
        assertThat(udp(dns.address, query(1, "reviews", A, -1)).code()).isZero();
    }

    @Test
    void whoStillWaitsWhenItStopsIsLetGo() throws Exception {
        FakeUpstream silent = dns.upstream(q -> new byte[0]);
        dns.startKnowing(List.of(silent.address(), silent.address()), false, DnsFixture.LONG);
        try (Socket socket = new Socket(dns.address.getAddress(), dns.address.getPort())) {
            socket.setSoTimeout(10_000);
            DnsClient.send(socket, query(1, "elsewhere", A, -1));
            await().until(() -> dns.server.open() == 3);
            dns.server.stop().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(dns.server.open()).isZero();
    }
}
