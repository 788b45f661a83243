package dev.lateen.istiod.ca;

import static dev.lateen.istiod.ca.AuthorityTexts.CERTIFICATE;
import static dev.lateen.istiod.ca.AuthorityTexts.CHAIN;
import static dev.lateen.istiod.ca.AuthorityTexts.KEY;
import static dev.lateen.istiod.ca.AuthorityTexts.ROOT;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Makes a certificate authority of its texts, and refuses what would sign what nobody trusts. Safe from any thread. */
public final class AuthorityReader {
    private static final Duration ROOT_TTL = Duration.ofDays(3650);

    private final InstantSource clock;
    private final SecureRandom random;
    private final BouncyCastleProvider provider = new BouncyCastleProvider();

    /** Reads and makes authorities that go by {@code clock}. */
    public AuthorityReader(InstantSource clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    /** A new self-signed root: ECDSA P-256, 10 years. */
    public KeyPairAndChain newRoot(String organization) {
        return CertificateAuthority.newRoot(organization, ROOT_TTL, provider, clock, random);
    }

    /**
     * The authority that some texts make.
     *
     * @throws IOException if they can't be read or make no sense; the message names the one
     */
    public CertificateAuthority read(AuthorityTexts texts) throws IOException {
        X509Certificate certificate = some(texts, CERTIFICATE).getFirst();
        List<X509Certificate> trusted = some(texts, ROOT);
        PrivateKey key = key(texts);
        List<X509Certificate> chain = new ArrayList<>(List.of(certificate));
        if (texts.has(CHAIN)) {
            certificates(texts, CHAIN).stream()
                    .filter(c -> !c.equals(certificate) && !trusted.contains(c))
                    .forEach(chain::add);
        }
        check(texts, key, chain);
        X509Certificate anchor = anchor(texts, chain, trusted);
        List<X509Certificate> roots = new ArrayList<>(List.of(anchor));
        trusted.stream().filter(root -> !root.equals(anchor)).forEach(roots::add);
        return new CertificateAuthority(new KeyPairAndChain(key, List.copyOf(chain)), roots, provider, clock, random);
    }

    private void check(AuthorityTexts texts, PrivateKey key, List<X509Certificate> chain) throws IOException {
        X509Certificate certificate = chain.getFirst();
        if (certificate.getBasicConstraints() < 0) {
            throw texts.wrong(CERTIFICATE, "not a certificate authority (accepted: basic constraints CA:TRUE)");
        }
        if (!CertificatePairs.belongs(key, certificate, provider)) {
            throw texts.wrong(KEY, "not the key of " + CERTIFICATE + " (accepted: its private key)");
        }
        for (int i = 0; i < chain.size(); i++) {
            String of = i == 0 ? CERTIFICATE : CHAIN;
            checkTime(texts, of, chain.get(i));
            if (i + 1 < chain.size() && !isSignedBy(chain.get(i), chain.get(i + 1))) {
                throw unsigned(
                        texts,
                        of,
                        chain.get(i),
                        chain.get(i + 1).getSubjectX500Principal().toString());
            }
        }
    }

    private void checkTime(AuthorityTexts texts, String name, X509Certificate certificate) throws IOException {
        Instant end = certificate.getNotAfter().toInstant();
        if (end.isBefore(clock.instant())) {
            throw texts.wrong(
                    name,
                    certificate.getSubjectX500Principal() + " expired " + end
                            + " (accepted: certificates not expired)");
        }
    }

    /** The root that the chain ends in. */
    private X509Certificate anchor(AuthorityTexts texts, List<X509Certificate> chain, List<X509Certificate> trusted)
            throws IOException {
        X509Certificate last = chain.getLast();
        for (X509Certificate root : trusted) {
            if (isSignedBy(last, root)) {
                checkTime(texts, ROOT, root);
                return root;
            }
        }
        throw unsigned(texts, chain.size() == 1 ? CERTIFICATE : CHAIN, last, "a certificate of " + ROOT);
    }

    private static boolean isSignedBy(X509Certificate certificate, X509Certificate issuer) {
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static IOException unsigned(AuthorityTexts texts, String name, X509Certificate certificate, String issuer) {
        return texts.wrong(
                name,
                certificate.getSubjectX500Principal() + " is not signed by " + issuer + " (accepted: a chain from "
                        + CERTIFICATE + " to " + ROOT + ")");
    }

    private static List<X509Certificate> some(AuthorityTexts texts, String name) throws IOException {
        List<X509Certificate> certificates = certificates(texts, name);
        if (certificates.isEmpty()) {
            throw texts.wrong(name, "no certificate in it (accepted: PEM)");
        }
        return certificates;
    }

    private static List<X509Certificate> certificates(AuthorityTexts texts, String name) throws IOException {
        try {
            return Pem.certificates(texts.text(name));
        } catch (CertificateException e) {
            throw texts.wrong(name, "not certificates: " + e.getMessage() + " (accepted: PEM)");
        }
    }

    private PrivateKey key(AuthorityTexts texts) throws IOException {
        String text = texts.text(KEY);
        try {
            return Pem.privateKey(text, provider);
        } catch (IOException e) {
            throw texts.wrong(KEY, "no private key: " + e.getMessage() + " (accepted: PEM of an EC or RSA key)");
        }
    }
}
