package dev.lateen.istiod.ca;

import com.google.re2j.Pattern;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.lateen.api.identity.SpiffeId;
import dev.lateen.istiod.ca.RefusedException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Service-account tokens where no Kubernetes is there to issue them: JWTs in the shape of projected ones (audience {@code istio-ca}, subject
 * {@code system:serviceaccount:NAMESPACE:NAME}), signed with a key in the state directory. Safe from any thread.
 */
public final class TokenIssuer implements TokenCheck {
    /** The audience Istio's agents ask for. */
    public static final String AUDIENCE = "istio-ca";

    private static final String ISSUER = "lateen-istiod";
    private static final String SUBJECT = "system:serviceaccount:";
    private static final int LONGEST = 16 * 1024;
    private static final int SHOWN = 128;
    /** Kubernetes' longest namespace and service account (RFC 1123). */
    private static final int LABEL = 63;

    private static final int SUBDOMAIN = 253;
    private static final Pattern LABELS =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final String NAMES = "DNS labels: small letters, digits and hyphens";

    private final ECKey key;
    private final InstantSource clock;

    private TokenIssuer(ECKey key, InstantSource clock) {
        this.key = key;
        this.clock = clock;
    }

    /**
     * The issuer whose key is in a file; the file is made, for its owner alone, where there is none.
     *
     * @throws IOException if it can't be read or written; the message names the file
     */
    public static TokenIssuer openOrCreate(Path file, InstantSource clock) throws IOException {
        try {
            if (!Files.exists(file)) {
                Files.createDirectories(file.toAbsolutePath().getParent());
                AuthorityFiles.writePrivate(
                        file,
                        new ECKeyGenerator(Curve.P_256)
                                .keyIDFromThumbprint(true)
                                .generate()
                                .toJSONString());
            }
            return new TokenIssuer(ECKey.parse(Files.readString(file)), clock);
        } catch (ParseException | JOSEException e) {
            throw new IOException(file + ": no key: " + e.getMessage() + " (accepted: a private EC key as JWK)", e);
        }
    }

    /**
     * A token for a service account, good for {@code ttl} from now.
     *
     * @throws IllegalArgumentException if namespace or service account are no names of Kubernetes
     */
    public String mint(String namespace, String serviceAccount, Duration ttl) {
        if (!isIdentity(namespace, serviceAccount)) {
            throw new IllegalArgumentException(
                    "service account " + quoted(namespace + "/" + serviceAccount) + " (expected: " + NAMES + ")");
        }
        Instant now = clock.instant();
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .subject(SUBJECT + namespace + ":" + serviceAccount)
                .audience(AUDIENCE)
                .issueTime(Date.from(now))
                .notBeforeTime(Date.from(now))
                .expirationTime(Date.from(now.plus(ttl)))
                .jwtID(UUID.randomUUID().toString())
                .claim(
                        "kubernetes.io",
                        Map.of("namespace", namespace, "serviceaccount", Map.of("name", serviceAccount)))
                .build();
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(), claims);
        try {
            token.sign(new ECDSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException("token can't be signed", e);
        }
        return token.serialize();
    }

    @Override
    public SpiffeId verify(String token, String trustDomain) throws RefusedException {
        if (token.length() > LONGEST) {
            throw refused("longer than " + LONGEST + " characters");
        }
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            if (!JWSAlgorithm.ES256.equals(jwt.getHeader().getAlgorithm())
                    || !jwt.verify(new ECDSAVerifier(key.toECPublicKey()))) {
                throw refused("not signed by this istiod");
            }
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            checkTime(claims);
            if (!ISSUER.equals(claims.getIssuer()) || !claims.getAudience().contains(AUDIENCE)) {
                throw refused("issuer " + quoted(claims.getIssuer()) + ", audience "
                        + quoted(String.valueOf(claims.getAudience())));
            }
            return identity(claims.getSubject(), trustDomain);
        } catch (ParseException | JOSEException e) {
            throw refused("not a token: " + quoted(e.getMessage()));
        }
    }

    private void checkTime(JWTClaimsSet claims) throws RefusedException {
        Instant now = clock.instant();
        Date end = claims.getExpirationTime();
        if (end == null || !now.isBefore(end.toInstant())) {
            throw refused(end == null ? "no expiry" : "expired " + end.toInstant());
        }
        Date begin = claims.getNotBeforeTime();
        if (begin != null && now.plus(CertificateAuthority.CLOCK_SKEW).isBefore(begin.toInstant())) {
            throw refused("not good before " + begin.toInstant());
        }
    }

    private static SpiffeId identity(@Nullable String subject, String trustDomain) throws RefusedException {
        List<String> parts = parts(subject);
        if (parts.size() != 4) {
            throw refused("subject " + quoted(subject));
        }
        return serviceAccount(subject, trustDomain)
                .orElseThrow(() -> refused("subject " + quoted(subject) + ", which is not of " + NAMES));
    }

    /** The identity of a service account that is called as Kubernetes calls it, {@code system:serviceaccount:NAMESPACE:NAME}; empty if it isn't. */
    public static Optional<SpiffeId> serviceAccount(@Nullable String subject, String trustDomain) {
        List<String> parts = parts(subject);
        return parts.size() == 4 && isIdentity(parts.get(2), parts.get(3))
                ? Optional.of(new SpiffeId(trustDomain, parts.get(2), parts.get(3)))
                : Optional.empty();
    }

    private static List<String> parts(@Nullable String subject) {
        return subject == null || !subject.startsWith(SUBJECT) ? List.of() : List.of(subject.split(":", -1));
    }

    /** The names become parts of a URI in a certificate, and of policies: only what Kubernetes would take as such names. */
    private static boolean isIdentity(String namespace, String serviceAccount) {
        return namespace.length() <= LABEL
                && serviceAccount.length() <= SUBDOMAIN
                && LABELS.matcher(namespace).matches()
                && namespace.indexOf('.') < 0
                && LABELS.matcher(serviceAccount).matches();
    }

    /** What a stranger wrote, without what would tear a line or a header apart. */
    private static String quoted(@Nullable String text) {
        if (text == null) {
            return "missing";
        }
        StringBuilder safe = new StringBuilder("\"");
        text.chars()
                .limit(SHOWN)
                .forEach(c -> safe.append(c < ' ' || c > '~' ? String.format("\\u%04x", c) : Character.toString(c)));
        return safe.append(text.length() > SHOWN ? "...\"" : "\"").toString();
    }

    private static RefusedException refused(String found) {
        return new RefusedException(
                Reason.UNAUTHENTICATED,
                "token: " + found + " (accepted: a token of this istiod, audience " + AUDIENCE + ", subject " + SUBJECT
                        + "NAMESPACE:NAME, not expired)");
    }
}
