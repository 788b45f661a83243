package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.DownstreamTls;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.model.TlsSettings;
import dev.lateen.proxy.model.TlsSettings.Revocation;
import dev.lateen.proxy.model.TlsSettings.SanMatcher;
import dev.lateen.proxy.model.TlsSettings.SecretSource;
import dev.lateen.proxy.model.TlsSettings.Validation;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code envoy.extensions.transport_sockets.tls.v3}. */
public final class TlsDecoder {
    private static final String TLS = "envoy.extensions.transport_sockets.tls.v3.";
    private static final String RAW = "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer";

    private TlsDecoder() {}

    /** The transport socket of a filter chain; null for clear text. */
    static @Nullable DownstreamTls downstream(@Nullable ProtoNode socket, DecodeScope scope) {
        ProtoNode context = context(socket, TLS + "DownstreamTlsContext");
        if (context == null) {
            return null;
        }
        // Tickets and staples are looks of the handshake, not of who is let in.
        context.ignoring(
                "session_timeout",
                "ocsp_staple_policy",
                "disable_stateless_session_resumption",
                "disable_stateful_session_resumption",
                "full_scan_certs_on_sni_mismatch",
                "prefer_client_ciphers");
        return new DownstreamTls(
                settings(context.messageOrEmpty("common_tls_context"), scope),
                context.wrappedFlag("require_client_certificate", false));
    }

    /** The transport socket of a cluster; null for clear text. */
    public static @Nullable UpstreamTls upstream(@Nullable ProtoNode socket, DecodeScope scope) {
        ProtoNode context = context(socket, TLS + "UpstreamTlsContext");
        if (context == null) {
            return null;
        }
        context.ignoring("max_session_keys", "enforce_rsa_key_usage", "allow_renegotiation");
        return new UpstreamTls(
                settings(context.messageOrEmpty("common_tls_context"), scope),
                context.text("sni"),
                context.flag("auto_host_sni"),
                context.flag("auto_sni_san_validation"));
    }

    private static @Nullable ProtoNode context(@Nullable ProtoNode socket, String expected) {
        if (socket == null) {
            return null;
        }
        socket.ignoring("name");
        ProtoNode any = socket.message("typed_config");
        String type = any == null ? "" : any.anyType();
        if (any == null && socket.text("name").equals("envoy.transport_sockets.raw_buffer") || type.equals(RAW)) {
            return null;
        }
        if (any == null || !type.equals(expected)) {
            throw socket.beyondUs(
                    "typed_config", (type.isEmpty() ? "missing" : type) + " (accepted: " + expected + ", " + RAW + ")");
        }
        return any.unpack();
    }

    private static TlsSettings settings(ProtoNode common, DecodeScope scope) {
        ProtoNode params = common.messageOrEmpty("tls_params");
        List<SecretSource> certificates = new ArrayList<>();
        for (ProtoNode certificate : common.messages("tls_certificates")) {
            certificates.add(new SecretSource.Inline(SecretDecoder.certificate("", certificate, scope)));
        }
        for (ProtoNode config : common.messages("tls_certificate_sds_secret_configs")) {
            certificates.add(sds(config, scope));
        }
        return new TlsSettings(
                version(params, "tls_minimum_protocol_version"),
                version(params, "tls_maximum_protocol_version"),
                params.texts("cipher_suites"),
                params.texts("ecdh_curves"),
                common.texts("alpn_protocols"),
                certificates,
                validation(common, scope));
    }

    private static String version(ProtoNode params, String field) {
        return switch (params.choice(field)) {
            case "TLS_AUTO" -> "";
            case "TLSv1_0" -> "TLSv1";
            case "TLSv1_1" -> "TLSv1.1";
            case "TLSv1_2" -> "TLSv1.2";
            case "TLSv1_3" -> "TLSv1.3";
            default -> throw params.unsupported(field, params.choice(field), "TlsProtocol's names");
        };
    }

    private static SecretSource sds(ProtoNode config, DecodeScope scope) {
        SecretReference reference = ConfigSourceDecoder.secret(config, scope);
        scope.secrets.add(reference);
        return new SecretSource.Sds(reference.name());
    }

    private static @Nullable Validation validation(ProtoNode common, DecodeScope scope) {
        ProtoNode inline = common.message("validation_context");
        if (inline != null) {
            return validation(inline, null, scope);
        }
        ProtoNode sds = common.message("validation_context_sds_secret_config");
        if (sds != null) {
            return validation(null, sds(sds, scope), scope);
        }
        ProtoNode combined = common.message("combined_validation_context");
        if (combined != null) {
            ProtoNode config = combined.requiredMessage("validation_context_sds_secret_config");
            return validation(combined.message("default_validation_context"), sds(config, scope), scope);
        }
        return null;
    }

    private static Validation validation(
            @Nullable ProtoNode context, @Nullable SecretSource sdsRoots, DecodeScope scope) {
        if (context == null) {
            return new Validation(sdsRoots, false, false, List.of(), List.of(), List.of());
        }
        context.ignoring("watched_directory");
        ProtoNode crl = context.message("crl");
        SecretSource roots = sdsRoots;
        if (roots == null && context.has("trusted_ca")) {
            Secret secret = SecretDecoder.validationContext("", context, scope);
            roots = new SecretSource.Inline(secret);
        } else if (roots == null && crl != null) {
            throw context.error("crl", "no trusted_ca beside it (accepted: with trusted_ca)");
        }
        return new Validation(
                roots,
                context.has("system_root_certs"),
                context.choice("trust_chain_verification").equals("ACCEPT_UNTRUSTED"),
                subjectAltNames(context),
                context.texts("verify_certificate_hash"),
                context.texts("verify_certificate_spki"),
                new Revocation(
                        crl == null ? "" : SecretDecoder.revocationLists(context, crl, scope),
                        context.flag("only_verify_leaf_cert_crl")));
    }

    private static List<SanMatcher> subjectAltNames(ProtoNode context) {
        List<SanMatcher> names = new ArrayList<>();
        for (ProtoNode matcher : context.messages("match_subject_alt_names")) {
            names.add(SanMatcher.any(MatcherDecoder.string(matcher)));
        }
        for (ProtoNode typed : context.messages("match_typed_subject_alt_names")) {
            SanMatcher.Kind kind = switch (typed.choice("san_type")) {
                case "EMAIL" -> SanMatcher.Kind.EMAIL;
                case "DNS" -> SanMatcher.Kind.DNS;
                case "URI" -> SanMatcher.Kind.URI;
                case "IP_ADDRESS" -> SanMatcher.Kind.IP_ADDRESS;
                default -> throw typed.unsupported("san_type", typed.choice("san_type"), "EMAIL, DNS, URI, IP_ADDRESS");
            };
            names.add(new SanMatcher(kind, MatcherDecoder.string(typed.requiredMessage("matcher"))));
        }
        return names;
    }
}
