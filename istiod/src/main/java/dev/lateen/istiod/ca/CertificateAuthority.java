package dev.lateen.istiod.ca;

import dev.lateen.api.identity.SpiffeId;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Signs keys for identities. Knows nothing of who asks; safe from any thread. */
public final class CertificateAuthority {
    /** Certificates are good from a little before they are made, for clocks that are behind (Istio: {@code ClockSkewGracePeriod}). */
    static final Duration CLOCK_SKEW = Duration.ofMinutes(2);

    private static final int SERIAL_BITS = 128;

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final BouncyCastleProvider provider;
    private final InstantSource clock;
    private final SecureRandom random;
    private volatile Held held;

    /**
     * What signs, and what is trusted.
     *
     * @param former roots of keys that signed here before; what they signed is out there still
     */
    private record Held(KeyPairAndChain signer, List<X509Certificate> roots, List<X509Certificate> former) {}

    /**
     * @param signer the signing key; its certificate first, then those between it and the root, without the root; the root alone if it is
     *     self-signed
     * @param roots what everyone trusts: the anchor of the signing key first, then those of authorities that come or go
     */
    CertificateAuthority(
            KeyPairAndChain signer,
            List<X509Certificate> roots,
            BouncyCastleProvider provider,
            InstantSource clock,
            SecureRandom random) {
        this.held = new Held(signer, List.copyOf(roots), List.of());
        this.provider = provider;
        this.clock = clock;
        this.random = random;
    }

    /** Signs with another's key from now on, if it is another one, and trusts what that trusts; whoever listens is told. */
    public synchronized void become(CertificateAuthority other) {
        Held before = held;
        Held next = other.held;
        if (next.signer.chain().equals(before.signer.chain()) && next.roots.equals(before.roots)) {
            return;
        }
        List<X509Certificate> former = new ArrayList<>(before.former);
        before.roots.stream()
                .filter(root -> !next.roots.contains(root) && !former.contains(root))
                .forEach(former::add);
        former.removeAll(next.roots);
        held = new Held(next.signer, next.roots, List.copyOf(former));
        listeners.forEach(Runnable::run);
    }

    /** Calls back whenever it signs with another key, from whatever thread. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** The anchor of all that is signed here. */
    public X509Certificate root() {
        return held.roots.getFirst();
    }

    /** What everyone trusts, in PEM; several while one root takes the place of another. */
    public String rootPem() {
        return Pem.of(held.roots);
    }

    /** What callers' certificates are checked against, in PEM: also what was trusted while this process ran. */
    public String callerRootsPem() {
        Held now = held;
        return Pem.of(now.roots) + Pem.of(now.former);
    }

    /** The certificate that signs; the root if no other stands between. */
    public X509Certificate certificate() {
        return held.signer.certificate();
    }

    /** Its clock's time. */
    public Instant now() {
        return clock.instant();
    }

    BouncyCastleProvider provider() {
        return provider;
    }

    /**
     * A certificate for a workload's key.
     *
     * @return the certificate, those between it and the root, what everyone trusts: the order in which Istio answers
     */
    List<String> signWorkload(PublicKey key, SpiffeId identity, Duration ttl) {
        GeneralName name = new GeneralName(GeneralName.uniformResourceIdentifier, identity.uri());
        Held now = held;
        X509Certificate leaf = sign(now.signer, key, List.of(name), ttl);
        List<String> answer = new ArrayList<>();
        answer.add(Pem.of(leaf));
        for (X509Certificate between : now.signer.chain()) {
            if (!now.roots.contains(between)) {
                answer.add(Pem.of(between));
            }
        }
        answer.add(Pem.of(now.roots));
        return List.copyOf(answer);
    }

    /** A new key and certificate for a server of the control plane. */
    public KeyPairAndChain issueServer(List<String> dnsNames, List<String> addresses, Duration ttl) {
        List<GeneralName> names = new ArrayList<>();
        dnsNames.forEach(name -> names.add(new GeneralName(GeneralName.dNSName, name)));
        addresses.forEach(address -> names.add(new GeneralName(GeneralName.iPAddress, address)));
        KeyPair pair = newKeyPair(provider, random);
        Held now = held;
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(sign(now.signer, pair.getPublic(), names, ttl));
        now.signer.chain().stream().filter(c -> !now.roots.contains(c)).forEach(chain::add);
        return new KeyPairAndChain(pair.getPrivate(), List.copyOf(chain));
    }

    private X509Certificate sign(KeyPairAndChain signer, PublicKey key, List<GeneralName> names, Duration ttl) {
        Instant now = clock.instant();
        Instant end = now.plus(ttl);
        Instant issuerEnd = signer.certificate().getNotAfter().toInstant();
        X500Name issuer = X500Name.getInstance(
                signer.certificate().getSubjectX500Principal().getEncoded());
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                issuer,
                serial(random),
                Date.from(now.minus(CLOCK_SKEW)),
                Date.from(end.isAfter(issuerEnd) ? issuerEnd : end),
                new X500Name(new RDN[0]),
                SubjectPublicKeyInfo.getInstance(key.getEncoded()));
        try {
            JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
            builder.addExtension(
                    Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
            }));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    identifiers.createAuthorityKeyIdentifier(signer.certificate()));
            // RFC 5280, 4.2.1.6: critical where the subject is empty, as it is here.
            builder.addExtension(
                    Extension.subjectAlternativeName, true, new GeneralNames(names.toArray(GeneralName[]::new)));
            return build(builder, signer.key(), provider);
        } catch (CertIOException | GeneralSecurityException e) {
            throw new IllegalStateException("certificate can't be made", e);
        }
    }

    /** A new self-signed root: ECDSA P-256. */
    static KeyPairAndChain newRoot(
            String organization,
            Duration ttl,
            BouncyCastleProvider provider,
            InstantSource clock,
            SecureRandom random) {
        KeyPair pair = newKeyPair(provider, random);
        X500Name name = new X500Name("O=" + organization);
        Instant now = clock.instant();
        SubjectPublicKeyInfo key =
                SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded());
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                name, serial(random), Date.from(now.minus(CLOCK_SKEW)), Date.from(now.plus(ttl)), name, key);
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key));
            X509Certificate root = build(builder, pair.getPrivate(), provider);
            return new KeyPairAndChain(pair.getPrivate(), List.of(root));
        } catch (CertIOException | GeneralSecurityException e) {
            throw new IllegalStateException("root certificate can't be made", e);
        }
    }

    private static X509Certificate build(
            X509v3CertificateBuilder builder, PrivateKey key, BouncyCastleProvider provider)
            throws GeneralSecurityException {
        try {
            var contentSigner = new JcaContentSignerBuilder(algorithm(key))
                    .setProvider(provider)
                    .build(key);
            return new JcaX509CertificateConverter().getCertificate(builder.build(contentSigner));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private static String algorithm(PrivateKey key) {
        if (key instanceof ECKey ec) {
            return ec.getParams().getOrder().bitLength() > 256 ? "SHA384withECDSA" : "SHA256withECDSA";
        }
        return "SHA256withRSA";
    }

    private static KeyPair newKeyPair(BouncyCastleProvider provider, SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no EC keys in Bouncy Castle", e);
        }
    }

    private static BigInteger serial(SecureRandom random) {
        return new BigInteger(SERIAL_BITS - 1, random).setBit(0);
    }
}
