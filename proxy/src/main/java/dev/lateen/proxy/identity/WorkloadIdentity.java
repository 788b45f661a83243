package dev.lateen.proxy.identity;

import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.xds.Backoff;
import dev.lateen.proxy.xds.GrpcEndpoint;
import dev.lateen.proxy.xds.decode.SecretReference;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workload's own certificate: got from the CA with the service account's token, published as the secrets {@code default} and
 * {@code ROOTCA}, renewed with a new key at half of its life (Istio's {@code SECRET_GRACE_PERIOD_RATIO} 0.5 with 0.01 of jitter). While the CA is
 * away the old certificate stays in use and it is tried again with back-off. Public methods may be called from any thread.
 */
public final class WorkloadIdentity implements SecretSource {
    private static final Logger LOG = LoggerFactory.getLogger(WorkloadIdentity.class);
    private static final double RATIO = 0.5;
    private static final double JITTER = 0.01;
    private static final Duration LEAST = Duration.ofMillis(100);
    private static final Duration RETRY_BASE = Duration.ofMillis(200);
    private static final Duration RETRY_MOST = Duration.ofSeconds(10);

    private final IdentitySettings settings;
    private final CertificateSigner authority;
    private final MeshRoots roots;
    private final Surroundings around;
    private final Consumer<Secret> publish;
    private final Backoff backoff;
    private final Promise<Void> first = Promise.promise();
    private final CertificateCounts counts = new CertificateCounts();
    private volatile boolean failed;
    private volatile boolean closed;

    /** That of the last certificate, as the CA said it; empty before the first, and where it said none. */
    private volatile String issuersRoot = "";

    private Runnable cancelTimer = () -> {};

    /** @param root the issuer's own; empty where the CA said none @param now when it came */
    private record Issued(Secret.TlsCertificate certificate, String root, CertificateLife life, Instant now) {}

    /** @param roots what peers are checked against beside the CA's own @param publish told of each new {@code default} and {@code ROOTCA}; must not block */
    public WorkloadIdentity(
            IdentitySettings settings,
            CertificateSigner authority,
            MeshRoots roots,
            Surroundings around,
            Consumer<Secret> publish) {
        this.settings = settings;
        this.authority = authority;
        this.roots = roots;
        this.around = around;
        this.publish = publish;
        this.backoff = new Backoff(RETRY_BASE, RETRY_MOST, around.random());
    }

    @Override
    public boolean brings(String name) {
        return name.equals(SecretReference.WORKLOAD) || name.equals(SecretReference.ROOTS);
    }

    /** They are brought whether or not something refers to them: the control plane asks for them too. */
    @Override
    public void want(Set<String> names) {}

    /** Begins; comes to its end with the first certificate, however long that takes. */
    public Future<Void> start() {
        roots.follow(this::rootsChanged);
        renew();
        return first.future();
    }

    /** How asking went. */
    public CertificateCounts counts() {
        return counts;
    }

    /** Stops renewing. */
    public synchronized Future<Void> close() {
        closed = true;
        roots.close();
        cancelTimer.run();
        return authority.close();
    }

    private void renew() {
        if (closed) {
            return;
        }
        around.blocking(() -> new Attempt(
                        CertificateRequest.create(settings.spiffeId()),
                        settings.token().call()))
                .compose(attempt ->
                        ask(attempt).compose(chain -> around.blocking(() -> issued(attempt.request, chain))))
                .onComplete(result -> {
                    failed = result.failed();
                    if (result.succeeded()) {
                        take(result.result());
                    } else {
                        counts.failed();
                        retry(GrpcEndpoint.reason(result.cause()));
                    }
                });
    }

    private Future<List<String>> ask(Attempt attempt) {
        counts.asked(failed);
        Instant begin = around.clock().instant();
        return authority
                .sign(attempt.request.pem(), settings.timeToLive(), attempt.token)
                .onComplete(_ ->
                        counts.answered(Duration.between(begin, around.clock().instant())));
    }

    private record Attempt(CertificateRequest request, String token) {
        @Override
        public String toString() {
            return "Attempt[token hidden]";
        }
    }

    private Issued issued(CertificateRequest request, List<String> chain) throws GeneralSecurityException {
        if (chain.isEmpty()) {
            throw new GeneralSecurityException("the CA's answer holds no certificate");
        }
        X509Certificate leaf = PemText.certificates(chain.getFirst()).getFirst();
        if (!leaf.getPublicKey().equals(request.publicKey())) {
            throw new GeneralSecurityException("the CA's certificate is for another key");
        }
        boolean endsInRoot = chain.size() > 1 && isRoot(chain.getLast());
        StringBuilder own = new StringBuilder();
        chain.subList(0, endsInRoot ? chain.size() - 1 : chain.size())
                .forEach(pem -> own.append(PemText.withNewLine(pem)));
        return new Issued(
                new Secret.TlsCertificate(SecretReference.WORKLOAD, own.toString(), request.privateKeyPem()),
                endsInRoot ? chain.getLast() : "",
                CertificateLife.of(leaf),
                around.clock().instant());
    }

    /** Those that are mounted, and the one by which the own certificate is known: while a root is rotated they may be two. */
    private Secret.ValidationContext trusted() {
        String all = PemText.withNewLine(roots.pem());
        String issuer = issuersRoot;
        if (!issuer.isEmpty() && !all.contains(issuer.strip())) {
            all += PemText.withNewLine(issuer);
        }
        return new Secret.ValidationContext(SecretReference.ROOTS, all, "");
    }

    /** Before there is a certificate nobody is trusted, by whatever roots. */
    private void rootsChanged() {
        if (!closed && first.future().isComplete()) {
            publish.accept(trusted());
        }
    }

    private static boolean isRoot(String pem) throws GeneralSecurityException {
        X509Certificate certificate = PemText.certificates(pem).getLast();
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    private void take(Issued issued) {
        if (closed) {
            return;
        }
        schedule(untilRenewed(issued));
        issuersRoot = issued.root();
        counts.holds(issued.life().until());
        publish.accept(trusted());
        publish.accept(issued.certificate());
        first.tryComplete();
    }

    /**
     * A certificate that is no good by the clock here is used all the same, for it is those who check it whose clocks count, and is asked for again as one that didn't come: a clock may be set right.
     */
    private Duration untilRenewed(Issued issued) {
        String fault = issued.life.fault(issued.now);
        if (fault != null) {
            Duration wait = backoff.next();
            LOG.warn(
                    "the certificate for {} may be refused: {}; another is asked for in {} ms",
                    settings.spiffeId(),
                    fault,
                    wait.toMillis());
            return wait;
        }
        backoff.reset();
        double part = RATIO + JITTER * (2 * around.random().nextDouble() - 1);
        Duration wait = Duration.ofMillis(
                Math.max(LEAST.toMillis(), (long) (issued.life.left(issued.now).toMillis() * part)));
        LOG.info(
                "certificate for {} until {}, renewed in {} s",
                settings.spiffeId(),
                issued.life.until(),
                wait.toSeconds());
        return wait;
    }

    private void retry(String reason) {
        Duration wait = backoff.next();
        if (!closed) {
            LOG.warn("no certificate for {}: {}; trying again in {} ms", settings.spiffeId(), reason, wait.toMillis());
            schedule(wait);
        }
    }

    private synchronized void schedule(Duration wait) {
        if (!closed) {
            cancelTimer = around.after(wait, this::renew);
        }
    }
}
