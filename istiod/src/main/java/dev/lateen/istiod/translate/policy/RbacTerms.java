package dev.lateen.istiod.translate.policy;

import com.google.protobuf.UInt32Value;
import com.google.re2j.Pattern;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.view.StringMatchers;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.type.matcher.v3.ListMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.OrMatcher;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import java.util.ArrayList;
import java.util.List;

/** Single values of an AuthorizationPolicy as Envoy's matchers. */
public final class RbacTerms {
    private static final StringMatcher ANY = safeRegex(".+");
    private static final String SPIFFE = "spiffe://";

    private RbacTerms() {}

    private static StringMatcher safeRegex(String regex) {
        return StringMatcher.newBuilder()
                .setSafeRegex(StringMatchers.regex(regex))
                .build();
    }

    /** {@code *} any, {@code *a} suffix, {@code a*} prefix, else exact. */
    static StringMatcher text(String value) {
        if (value.equals("*")) {
            return ANY;
        }
        if (value.startsWith("*")) {
            return StringMatcher.newBuilder().setSuffix(value.substring(1)).build();
        }
        return value.endsWith("*")
                ? StringMatcher.newBuilder()
                        .setPrefix(value.substring(0, value.length() - 1))
                        .build()
                : StringMatcher.newBuilder().setExact(value).build();
    }

    private static Principal authenticated(StringMatcher name) {
        return Principal.newBuilder()
                .setAuthenticated(Principal.Authenticated.newBuilder().setPrincipalName(name))
                .build();
    }

    /** A SPIFFE identity without its scheme. */
    static Principal principal(String value) {
        if (value.equals("*")) {
            return authenticated(ANY);
        }
        if (value.startsWith("*")) {
            // The part before the star is at least the scheme; what follows it may begin anywhere.
            return authenticated(
                    value.startsWith("*/")
                            ? text(value)
                            : safeRegex(SPIFFE + ".*" + Pattern.quote(value.substring(1))));
        }
        return authenticated(text(SPIFFE + value));
    }

    static Principal namespace(String value) {
        StringBuilder regex = new StringBuilder(".*/ns/");
        String[] parts = value.split("\\*", -1);
        for (int i = 0; i < parts.length; i++) {
            regex.append(i == 0 ? "" : ".*").append(Pattern.quote(parts[i]));
        }
        return authenticated(safeRegex(regex.append("/.*").toString()));
    }

    /** {@code namespace/name}, or a name in the policy's own namespace. */
    static Principal serviceAccount(String value, String ownNamespace) {
        int slash = value.indexOf('/');
        String namespace = slash < 0 ? ownNamespace : value.substring(0, slash);
        String name = value.substring(slash + 1);
        return authenticated(safeRegex(
                "spiffe://.+/ns/" + Pattern.quote(namespace) + "/(.+/|)sa/" + Pattern.quote(name) + "(/.+)?"));
    }

    static Principal trustDomain(String value) {
        if (value.equals("*")) {
            return authenticated(StringMatcher.newBuilder().setPrefix(SPIFFE).build());
        }
        int star = value.indexOf('*');
        if (star < 0) {
            return authenticated(
                    StringMatcher.newBuilder().setPrefix(SPIFFE + value + "/").build());
        }
        String regex = SPIFFE + Pattern.quote(value.substring(0, star)) + "[^/]*"
                + Pattern.quote(value.substring(star + 1)) + "/.*";
        return authenticated(safeRegex(regex));
    }

    static Principal directIp(String value) {
        return Principal.newBuilder().setDirectRemoteIp(cidr(value)).build();
    }

    static Principal remoteIp(String value) {
        return Principal.newBuilder().setRemoteIp(cidr(value)).build();
    }

    /** An address or a range such as {@code 10.0.0.0/8} as Envoy has it. */
    public static CidrRange cidr(String value) {
        int slash = value.indexOf('/');
        String address = slash < 0 ? value : value.substring(0, slash);
        int whole = address.indexOf(':') >= 0 ? 128 : 32;
        int length = slash < 0 ? whole : Integer.parseInt(value.substring(slash + 1));
        return CidrRange.newBuilder()
                .setAddressPrefix(address)
                .setPrefixLen(UInt32Value.of(length))
                .build();
    }

    static HeaderMatcher header(String name, String value, boolean ignoreCase) {
        HeaderMatcher.Builder header = HeaderMatcher.newBuilder().setName(name);
        if (value.equals("*")) {
            return header.setPresentMatch(true).build();
        }
        return header.setStringMatch(text(value).toBuilder().setIgnoreCase(ignoreCase))
                .build();
    }

    static Permission path(String value) {
        if (value.contains("{*}") || value.contains("{**}")) {
            String template = value.replace("{*}", "*").replace("{**}", "**");
            return Permission.newBuilder()
                    .setUriTemplate(TypedExtensionConfig.newBuilder()
                            .setName("uri-template")
                            .setTypedConfig(Protos.any(UriTemplateMatchConfig.newBuilder()
                                    .setPathTemplate(template)
                                    .build())))
                    .build();
        }
        return Permission.newBuilder()
                .setUrlPath(PathMatcher.newBuilder().setPath(text(value)))
                .build();
    }

    /** Issuer and subject of a JWT, written {@code issuer/subject}; the subject has no slash, the issuer may. */
    static Principal requestPrincipal(String value) {
        int slash = value.lastIndexOf('/');
        String issuer = slash < 0 ? value : value.substring(0, slash);
        String subject = slash < 0 ? "" : value.substring(slash + 1);
        StringMatcher matchIssuer = exact(issuer);
        StringMatcher matchSubject = exact(subject);
        if (value.equals("*")) {
            matchIssuer = ANY;
            matchSubject = ANY;
        } else if (value.startsWith("*")) {
            matchIssuer = slash < 0 ? ANY : text(issuer);
            matchSubject = slash < 0 ? text(value) : exact(subject);
        } else if (value.endsWith("*")) {
            matchIssuer = slash < 0 ? text(value) : exact(issuer);
            matchSubject = slash < 0 ? ANY : text(subject);
        }
        return RbacRule.PRINCIPAL.and(List.of(claim("iss", matchIssuer), claim("sub", matchSubject)));
    }

    private static StringMatcher exact(String value) {
        return StringMatcher.newBuilder().setExact(value).build();
    }

    private static Principal claim(String name, StringMatcher value) {
        return metadata(
                List.of(name), ValueMatcher.newBuilder().setStringMatch(value).build());
    }

    /** A claim that is one of some texts, or a list that has one of them. */
    static Principal claims(List<String> path, List<String> values) {
        List<ValueMatcher> all = new ArrayList<>();
        values.forEach(
                v -> all.add(ValueMatcher.newBuilder().setStringMatch(text(v)).build()));
        ValueMatcher one = all.size() == 1
                ? all.getFirst()
                : ValueMatcher.newBuilder()
                        .setOrMatch(OrMatcher.newBuilder().addAllValueMatchers(all))
                        .build();
        ValueMatcher inList = ValueMatcher.newBuilder()
                .setListMatch(ListMatcher.newBuilder().setOneOf(one))
                .build();
        return metadata(
                path,
                ValueMatcher.newBuilder()
                        .setOrMatch(
                                OrMatcher.newBuilder().addValueMatchers(inList).addValueMatchers(one))
                        .build());
    }

    @SuppressWarnings("deprecation") // Envoy has a newer field; Istio writes, and all read, this one.
    private static Principal metadata(List<String> claim, ValueMatcher value) {
        MetadataMatcher.Builder metadata = MetadataMatcher.newBuilder()
                .setFilter("envoy.filters.http.jwt_authn")
                .addPath(MetadataMatcher.PathSegment.newBuilder().setKey("payload"))
                .setValue(value);
        claim.forEach(
                c -> metadata.addPath(MetadataMatcher.PathSegment.newBuilder().setKey(c)));
        return Principal.newBuilder().setMetadata(metadata).build();
    }

    /** {@code experimental.envoy.filters.a.b[c]}: metadata that another filter has set; {@code [v]} means a list that has v. */
    @SuppressWarnings("deprecation") // As above.
    static Permission filterMetadata(String key, String value) {
        String inner = key.substring("experimental.".length());
        int bracket = inner.indexOf('[');
        boolean list = value.startsWith("[") && value.endsWith("]");
        ValueMatcher text = ValueMatcher.newBuilder()
                .setStringMatch(text(list ? value.substring(1, value.length() - 1) : value))
                .build();
        ValueMatcher wanted = list
                ? ValueMatcher.newBuilder()
                        .setListMatch(ListMatcher.newBuilder().setOneOf(text))
                        .build()
                : text;
        return Permission.newBuilder()
                .setMetadata(MetadataMatcher.newBuilder()
                        .setFilter(inner.substring(0, bracket))
                        .addPath(MetadataMatcher.PathSegment.newBuilder()
                                .setKey(inner.substring(bracket + 1, inner.length() - 1)))
                        .setValue(wanted))
                .build();
    }
}
