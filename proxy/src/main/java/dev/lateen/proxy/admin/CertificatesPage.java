package dev.lateen.proxy.admin;

import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.model.TlsSettings;
import dev.lateen.proxy.model.TlsSettings.SecretSource;
import dev.lateen.proxy.model.UpstreamTls;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /certs}: {@code envoy.admin.v3.Certificates}, a group for each secret in force or written in a listener or cluster. */
final class CertificatesPage {
    /** What Envoy says when there is no certificate. */
    static final long NONE_EXPIRES = 4_294_967_295L;

    private static final int DNS_NAME = 2;
    private static final int URI_NAME = 6;
    private static final int IP_NAME = 7;

    private CertificatesPage() {}

    static String json(ProxySnapshot snapshot, Instant now) {
        JsonArray groups = new JsonArray();
        for (Secret secret : secrets(snapshot)) {
            JsonArray certificates = new JsonArray();
            read(secret).forEach(certificate -> certificates.add(certificate(secret, certificate, now)));
            String key = secret instanceof Secret.TlsCertificate ? "cert_chain" : "ca_cert";
            groups.add(new JsonObject().put(key, certificates));
        }
        return new JsonObject().put("certificates", groups).encodePrettily();
    }

    /** {@code server.days_until_first_cert_expiring}. */
    static long daysUntilFirstExpires(ProxySnapshot snapshot, Instant now) {
        long days = NONE_EXPIRES;
        for (Secret secret : secrets(snapshot)) {
            for (X509Certificate certificate : read(secret)) {
                days = Math.min(days, days(certificate, now));
            }
        }
        return days;
    }

    private static Set<Secret> secrets(ProxySnapshot snapshot) {
        Set<Secret> secrets = new LinkedHashSet<>(snapshot.secrets().values());
        for (Listener listener : snapshot.listeners().values()) {
            listener.filterChains().forEach(chain -> add(chain, secrets));
            FilterChain last = listener.defaultFilterChain();
            if (last != null) {
                add(last, secrets);
            }
        }
        for (Cluster cluster : snapshot.clusters().values()) {
            add(cluster.sockets().tls(), secrets);
            cluster.sockets().matches().forEach(match -> add(match.tls(), secrets));
        }
        return secrets;
    }

    private static void add(FilterChain chain, Set<Secret> secrets) {
        if (chain.tls() != null) {
            add(chain.tls().settings(), secrets);
        }
    }

    private static void add(@Nullable UpstreamTls tls, Set<Secret> secrets) {
        if (tls != null) {
            add(tls.settings(), secrets);
        }
    }

    private static void add(TlsSettings settings, Set<Secret> secrets) {
        settings.certificates().forEach(source -> add(source, secrets));
        TlsSettings.Validation validation = settings.validation();
        if (validation != null && validation.roots() != null) {
            add(validation.roots(), secrets);
        }
    }

    private static void add(SecretSource source, Set<Secret> secrets) {
        if (source instanceof SecretSource.Inline(var secret)) {
            secrets.add(secret);
        }
    }

    /** Those that can be read: a broken secret is told where it is used. */
    private static List<X509Certificate> read(Secret secret) {
        String pem = switch (secret) {
            case Secret.TlsCertificate own -> own.certificateChainPem();
            case Secret.ValidationContext roots -> roots.trustedCaPem();
        };
        List<X509Certificate> read = new ArrayList<>();
        try {
            Collection<? extends Certificate> all = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)));
            all.forEach(certificate -> read.add((X509Certificate) certificate));
        } catch (CertificateException e) {
            return List.of();
        }
        return read;
    }

    private static JsonObject certificate(Secret secret, X509Certificate certificate, Instant now) {
        JsonArray names = new JsonArray();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            for (List<?> name : alternatives == null ? List.<List<?>>of() : alternatives) {
                String kind = switch ((Integer) name.getFirst()) {
                    case DNS_NAME -> "dns";
                    case URI_NAME -> "uri";
                    case IP_NAME -> "ip_address";
                    default -> "";
                };
                if (!kind.isEmpty()) {
                    names.add(new JsonObject().put(kind, name.getLast()));
                }
            }
        } catch (CertificateException e) {
            // Names that can't be read are not told.
        }
        return new JsonObject()
                .put("path", secret.name().isEmpty() ? "<inline>" : secret.name())
                .put("serial_number", certificate.getSerialNumber().toString(16))
                .put("subject_alt_names", names)
                .put("days_until_expiration", String.valueOf(days(certificate, now)))
                .put("valid_from", certificate.getNotBefore().toInstant().toString())
                .put("expiration_time", certificate.getNotAfter().toInstant().toString());
    }

    private static long days(X509Certificate certificate, Instant now) {
        return Math.max(
                0, Duration.between(now, certificate.getNotAfter().toInstant()).toDays());
    }
}
