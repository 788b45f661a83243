package dev.lateen.proxy.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.Secret;
import io.vertx.core.Future;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkloadIdentityTest {
    private final FakeTime time = new FakeTime();
    private final FakeAuthority authority;
    private final List<Secret> published = new ArrayList<>();
    private final FakeTime rootsTime = new FakeTime();
    private final MeshRoots roots;
    private String mounted;
    private String token = "first";

    WorkloadIdentityTest() throws Exception {
        authority = new FakeAuthority(time.clock());
        mounted = authority.root;
        roots = new MeshRoots(authority.root, () -> mounted, rootsTime);
    }

    @Test
    void publishesRootsAndACertificateForItsSpiffeIdentity() throws Exception {
        WorkloadIdentity identity = identity(Duration.ofHours(24));
        assertThat(identity.start().succeeded()).isTrue();
        assertThat(published).extracting(Secret::name).containsExactly("ROOTCA", "default");
        X509Certificate leaf = PemText.certificates(own().certificateChainPem()).getFirst();
        assertThat(leaf.getSubjectAlternativeNames().iterator().next().get(1))
                .isEqualTo("spiffe://cluster.local/ns/default/sa/reviews");
        assertThat(own().certificateChainPem()).doesNotContain(authority.root);
        assertThat(own().privateKeyPem()).startsWith("-----BEGIN PRIVATE KEY-----");
        assertThat(authority.tokens).containsExactly("first");
        assertThat(authority.asked).containsExactly(Duration.ofHours(24));
    }

    @Test
    void renewsWithANewKeyAtHalfOfItsLife() {
        identity(Duration.ofSeconds(20)).start();
        String firstKey = own().privateKeyPem();
        time.advance(Duration.ofMillis(9_700));
        assertThat(authority.tokens).hasSize(1);
        token = "second";
        time.advance(Duration.ofMillis(600));
        assertThat(authority.tokens).containsExactly("first", "second");
        assertThat(own().privateKeyPem()).isNotEqualTo(firstKey);
    }

    @Test
    void keepsTheOldCertificateWhileTheCaIsAwayAndTriesAgain() {
        WorkloadIdentity identity = identity(Duration.ofSeconds(20));
        identity.start();
        Secret.TlsCertificate before = own();
        authority.away = true;
        time.advance(Duration.ofSeconds(15));
        assertThat(authority.tokens).hasSizeGreaterThan(2);
        assertThat(own()).isSameAs(before);
        authority.away = false;
        time.advance(Duration.ofSeconds(10));
        assertThat(own()).isNotSameAs(before);
        CertificateCounts counts = identity.counts();
        assertThat(counts.requests()).isEqualTo(authority.tokens.size());
        assertThat(counts.failures()).isPositive().isLessThan(counts.requests());
        assertThat(counts.retries()).isEqualTo(counts.failures());
        assertThat(counts.until()).isAfter(time.clock().instant());
    }

    @Test
    void startWaitsForACaThatIsLate() {
        authority.away = true;
        Future<Void> started = identity(Duration.ofHours(1)).start();
        time.advance(Duration.ofSeconds(30));
        assertThat(started.isComplete()).isFalse();
        authority.away = false;
        time.advance(Duration.ofSeconds(10));
        assertThat(started.succeeded()).isTrue();
    }

    @Test
    void aCertificateForAnotherKeyIsNotTaken() {
        authority.wrongKey = true;
        WorkloadIdentity identity = identity(Duration.ofHours(1));
        identity.start();
        assertThat(published).isEmpty();
    }

    @Test
    void aClockThatIsAheadOrBehindKeepsTheCertificateAndAsksTheCaNoMoreOftenThanForOneThatIsAway() {
        for (Duration ahead : List.of(Duration.ofHours(-2), Duration.ofHours(2))) {
            authority.ahead = ahead;
            authority.tokens.clear();
            WorkloadIdentity identity = identity(Duration.ofHours(1));
            assertThat(identity.start().succeeded()).as("others' clocks count").isTrue();
            assertThat(published).extracting(Secret::name).endsWith("ROOTCA", "default");
            time.advance(Duration.ofMinutes(10));
            assertThat(authority.tokens).hasSizeBetween(30, 150);
            authority.ahead = Duration.ZERO;
            time.advance(Duration.ofMinutes(1));
            authority.tokens.clear();
            time.advance(Duration.ofMinutes(20));
            assertThat(authority.tokens).as("set right").isEmpty();
            identity.close();
        }
    }

    @Test
    void aClockThatIsWrongIsNamedWithWhatItSays() {
        Instant from = Instant.parse("2026-01-01T00:00:00Z");
        CertificateLife life = new CertificateLife(from, from.plusSeconds(3600));
        assertThat(life.fault(from)).isNull();
        assertThat(life.fault(life.until())).isNull();
        assertThat(life.fault(from.minusMillis(1)))
                .isEqualTo("it is good from 2026-01-01T00:00:00Z on, which is to come: this node's clock, which says"
                        + " 2025-12-31T23:59:59Z, or the CA's is wrong (expected: clocks that differ by less than 2"
                        + " minutes)");
        assertThat(life.fault(from.plusSeconds(7200)))
                .isEqualTo("it was good until 2026-01-01T01:00:00Z: this node's clock, which says"
                        + " 2026-01-01T02:00:00Z, or the CA's is wrong");
    }

    @Test
    void newRootsAreTrustedAtOnceAndTheIssuersOwnBesideThem() throws Exception {
        identity(Duration.ofHours(1)).start();
        String rotated = new FakeAuthority(time.clock()).root;
        mounted = rotated;
        rootsTime.advance(Duration.ofSeconds(6));
        assertThat(published.getLast()).isEqualTo(new Secret.ValidationContext("ROOTCA", rotated + authority.root, ""));
        mounted = rotated + authority.root;
        rootsTime.advance(Duration.ofSeconds(6));
        assertThat(published.getLast()).isEqualTo(new Secret.ValidationContext("ROOTCA", rotated + authority.root, ""));
        assertThat(authority.tokens).hasSize(1);
    }

    @Test
    void rootsWithoutACertificateAreNotPublished() throws Exception {
        authority.away = true;
        identity(Duration.ofHours(1)).start();
        mounted = new FakeAuthority(time.clock()).root;
        rootsTime.advance(Duration.ofSeconds(6));
        assertThat(published).isEmpty();
        authority.away = false;
        time.advance(Duration.ofSeconds(10));
        assertThat(published.getFirst())
                .isEqualTo(new Secret.ValidationContext("ROOTCA", mounted + authority.root, ""));
    }

    @Test
    void neitherKeyNorTokenIsEverShown() {
        WorkloadIdentity identity = identity(Duration.ofHours(1));
        identity.start();
        assertThat(published.toString()).doesNotContain("PRIVATE");
    }

    @Test
    void aClosedIdentityAsksNoMore() {
        WorkloadIdentity identity = identity(Duration.ofSeconds(20));
        identity.start();
        identity.close();
        time.advance(Duration.ofMinutes(1));
        assertThat(authority.tokens).hasSize(1);
    }

    private Secret.TlsCertificate own() {
        return (Secret.TlsCertificate) published.getLast();
    }

    private WorkloadIdentity identity(Duration timeToLive) {
        IdentitySettings settings = new IdentitySettings(
                "ca.test", 15012, "", authority.root, () -> token, "cluster.local", "default", "reviews", timeToLive);
        return new WorkloadIdentity(settings, authority, roots, time, published::add);
    }
}
