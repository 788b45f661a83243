package dev.lateen.proxy.dns;

import static dev.lateen.proxy.dns.DnsClient.A;
import static dev.lateen.proxy.dns.DnsClient.AAAA;
import static dev.lateen.proxy.dns.DnsClient.query;
import static dev.lateen.proxy.dns.DnsClient.tcp;
import static dev.lateen.proxy.dns.DnsClient.udp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lateen.proxy.dns.DnsClient.Answer;
import dev.lateen.proxy.http.Leaks;
import dev.lateen.proxy.model.NameTable;
import io.vertx.core.dns.DnsClientOptions;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the DNS server answers itself, on real sockets. */
class DnsServerTest {
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
    void aKnownNameIsAnsweredOverUdpAndTcpWithTheQuestionsOwnLetters() throws Exception {
        dns.startKnowing(List.of(), false, DnsFixture.LONG);
        byte[] query = query(77, "ReViews.shop", A, -1);
        for (Answer answer : List.of(udp(dns.address, query), tcp(dns.address, query))) {
            assertThat(answer.id()).isEqualTo(77);
            assertThat(answer.code()).isZero();
            assertThat(answer.isAuthoritative()).isTrue();
            assertThat(answer.question()).isEqualTo("ReViews.shop.");
            assertThat(answer.records()).containsExactly("ReViews.shop. A 10.1.0.1 30");
            assertThat(answer.additionals()).isZero();
        }
        assertThat(dns.metrics())
                .contains("istio_agent_dns_requests_total 2\n", "istio_agent_dns_upstream_requests_total 0\n");
    }

    @Test
    void aStrangersClientResolvesNames() throws Exception {
        dns.startKnowing(List.of(), false, DnsFixture.LONG);
        var client = dns.vertx.createDnsClient(
                new DnsClientOptions().setHost(dns.address.getHostString()).setPort(dns.address.getPort()));
        var resolved = client.resolveA("reviews").toCompletionStage().toCompletableFuture();
        assertThat(resolved.get(10, TimeUnit.SECONDS)).containsExactly("10.1.0.1");
        var sixth = client.resolveAAAA("www.example.com").toCompletionStage().toCompletableFuture();
        assertThat(sixth.get(10, TimeUnit.SECONDS)).hasSize(1);
        client.close();
    }

    @Test
    void aKnownNameWithoutAnAddressOfTheFamilyIsNoError() throws Exception {
        FakeUpstream upstream = dns.upstream(q -> FakeUpstream.address(q, 9, 9, 9, 9));
        dns.startKnowing(List.of(upstream.address()), false, DnsFixture.LONG);
        Answer answer = udp(dns.address, query(1, "reviews.shop", AAAA, -1));
        assertThat(answer.code()).isZero();
        assertThat(answer.records()).isEmpty();
        assertThat(upstream.asked).isEmpty();
    }

    @Test
    void aNameUnderTheSearchDomainIsToldToStandForTheOneWithout() throws Exception {
        dns.startKnowing(List.of(), false, DnsFixture.LONG);
        assertThat(udp(dns.address, query(1, "www.example.com.shop.svc.cluster.local", AAAA, 1232))
                        .records())
                .containsExactly(
                        "www.example.com.shop.svc.cluster.local. CNAME www.example.com. 30",
                        "www.example.com. AAAA fd00:0:0:0:0:0:0:1 30");
    }

    @Test
    void manyAddressesBeginWithAnotherEachTimeAndAreCutToWhatTheClientTakes() throws Exception {
        dns.start(List.of(), false, DnsFixture.LONG, DnsSettings.Limits.USUAL);
        List<String> pods = IntStream.range(0, 100).mapToObj(i -> "10.2.0." + i).toList();
        dns.know(Map.of("db.shop.svc.cluster.local", new NameTable.Host(pods, "Kubernetes", "db", "shop", List.of())));
        Set<String> firsts = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            Answer answer = udp(dns.address, query(i, "db", A, -1));
            assertThat(answer.isTruncated()).isTrue();
            assertThat(answer.size()).isBetween(490, 512);
            firsts.add(answer.records().getFirst());
        }
        assertThat(firsts.size()).isGreaterThan(10);
        Answer edns = udp(dns.address, query(1, "db", A, 1232));
        assertThat(edns.size()).isBetween(1200, 1232);
        assertThat(edns.additionals()).isEqualTo(1);
        Answer whole = tcp(dns.address, query(1, "db", A, -1));
        assertThat(whole.isTruncated()).isFalse();
        assertThat(new HashSet<>(whole.records())).hasSize(100);
    }

    @Test
    void aConnectionAsksManyAtOnceAndTheKnownAreNotHeldUp() throws Exception {
        FakeUpstream silent = dns.upstream(q -> new byte[0]);
        dns.startKnowing(List.of(silent.address()), false, DnsFixture.LONG);
        try (Socket socket = new Socket(dns.address.getAddress(), dns.address.getPort())) {
            socket.setSoTimeout(10_000);
            DnsClient.send(socket, query(1, "elsewhere", A, -1));
            DnsClient.send(socket, query(2, "reviews", A, -1));
            assertThat(DnsClient.hear(socket).id()).isEqualTo(2);
        }
    }

    @Test
    void aSilentConnectionIsEndedAndThereAreNoMoreThanMayBe() throws Exception {
        dns.startKnowing(List.of(), false, DnsFixture.LONG, new DnsSettings.Limits(10, 2, 32, Duration.ofMillis(400)));
        try (Socket one = new Socket(dns.address.getAddress(), dns.address.getPort());
                Socket two = new Socket(dns.address.getAddress(), dns.address.getPort());
                Socket three = new Socket(dns.address.getAddress(), dns.address.getPort())) {
            three.setSoTimeout(10_000);
            assertThat(three.getInputStream().read()).isEqualTo(-1);
            one.setSoTimeout(10_000);
            assertThat(one.getInputStream().read()).isEqualTo(-1);
            two.setSoTimeout(10_000);
            assertThat(two.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(tcp(dns.address, query(1, "reviews", A, -1)).code()).isZero();
    }

    @Test
    void whatIsNoQuestionIsRefusedOrPassedOver() throws Exception {
        dns.startKnowing(List.of(), false, DnsFixture.LONG);
        byte[] update = query(1, "reviews", A, -1);
        update[2] = 0x28;
        assertThat(udp(dns.address, update).code()).isEqualTo(4);
        byte[] several = query(1, "reviews", A, -1);
        several[5] = 2;
        assertThat(udp(dns.address, several).code()).isEqualTo(1);
        byte[] endless = query(1, "reviews", A, -1);
        endless[12] = (byte) 0xC0;
        endless[13] = 12;
        assertThat(udp(dns.address, endless).code()).isEqualTo(1);
        byte[] cut = java.util.Arrays.copyOf(query(1, "reviews", A, -1), 20);
        assertThat(udp(dns.address, cut).code()).isEqualTo(1);
        byte[] answer = query(1, "reviews", A, -1);
        answer[2] = (byte) 0x81;
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(10_000);
            socket.send(new DatagramPacket(answer, answer.length, dns.address));
            socket.send(new DatagramPacket(new byte[3], 3, dns.address));
            byte[] good = query(9, "reviews", A, -1);
            socket.send(new DatagramPacket(good, good.length, dns.address));
            assertThat(DnsClient.hear(socket).id()).isEqualTo(9);
        }
    }

    @Test
    void garbageHarmsNobody() throws Exception {
        FakeUpstream upstream = dns.upstream(q -> q);
        dns.startKnowing(List.of(upstream.address()), false, Duration.ofMillis(50));
        Random random = new Random(7);
        try (DatagramSocket socket = new DatagramSocket()) {
            for (int i = 0; i < 3_000; i++) {
                byte[] message = query(i, "reviews.shop.svc.cluster.local", A, 1232);
                int changes = random.nextInt(6);
                for (int c = 0; c < changes; c++) {
                    message[random.nextInt(message.length)] = (byte) random.nextInt();
                }
                int length = random.nextInt(4) == 0 ? random.nextInt(message.length + 1) : message.length;
                socket.send(new DatagramPacket(message, length, dns.address));
            }
        }
        for (int i = 0; i < 50; i++) {
            try (Socket socket = new Socket(dns.address.getAddress(), dns.address.getPort())) {
                byte[] noise = new byte[random.nextInt(9_000)];
                random.nextBytes(noise);
                socket.getOutputStream().write(noise);
            } catch (IOException e) {
                // The server has ended it.
                continue;
            }
        }
        await().untilAsserted(() -> assertThat(
                        udp(dns.address, query(1, "reviews", A, -1)).records())
                .containsExactly("reviews. A 10.1.0.1 30"));
        await().untilAsserted(() -> assertThat(dns.server.open()).isZero());
    }

    @Test
    void anAddressThatIsTakenIsNamed() throws Exception {
        dns.start(List.of(), false, DnsFixture.LONG, DnsSettings.Limits.USUAL);
        DnsServer second = dns.server(List.of(), false, DnsFixture.LONG, DnsSettings.Limits.USUAL);
        Map<String, String> failures = new HashMap<>();
        var started = second.start().toCompletionStage().toCompletableFuture();
        started.handle((_, e) -> failures.put("why", String.valueOf(e))).get(10, TimeUnit.SECONDS);
        assertThat(failures.get("why"))
                .contains("DNS address " + dns.address.getHostString() + ":" + dns.address.getPort() + " (UDP)");
    }
}
