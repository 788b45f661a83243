package dev.lateen.istiod.translate.policy;

import dev.lateen.api.security.AuthorizationPolicy;
import dev.lateen.istiod.translate.tls.TrustDomains;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One rule of an AuthorizationPolicy as a policy of Envoy's RBAC filter: the operations with the conditions on the target become
 * permissions, the sources with the conditions on the caller principals. On a TCP port an operation or source
 * of ALLOW that asks for what only HTTP has never holds, and is left out; rules of other actions lose just what TCP can't see. So in doubt
 * a connection is refused.
 */
final class RbacRule {
    /** And, or, not of one side of a policy. */
    record Logic<T>(Function<List<T>, T> and, Function<List<T>, T> or, Function<T, T> not, T any) {
        T and(List<T> all) {
            return and.apply(all);
        }
    }

    static final Logic<Permission> PERMISSION = new Logic<>(
            all -> Permission.newBuilder()
                    .setAndRules(Permission.Set.newBuilder().addAllRules(all))
                    .build(),
            all -> Permission.newBuilder()
                    .setOrRules(Permission.Set.newBuilder().addAllRules(all))
                    .build(),
            one -> Permission.newBuilder().setNotRule(one).build(),
            Permission.newBuilder().setAny(true).build());
    static final Logic<Principal> PRINCIPAL = new Logic<>(
            all -> Principal.newBuilder()
                    .setAndIds(Principal.Set.newBuilder().addAllIds(all))
                    .build(),
            all -> Principal.newBuilder()
                    .setOrIds(Principal.Set.newBuilder().addAllIds(all))
                    .build(),
            one -> Principal.newBuilder().setNotId(one).build(),
            Principal.newBuilder().setAny(true).build());

    /** A policy that nothing matches; an ALLOW of it refuses all. */
    static final Policy NEVER = Policy.newBuilder()
            .addPermissions(PERMISSION.not().apply(PERMISSION.any()))
            .addPrincipals(PRINCIPAL.not().apply(PRINCIPAL.any()))
            .build();

    /** Values of one attribute: any of the one list, none of the other. */
    private record Term<T>(
            List<String> values, List<String> notValues, boolean httpOnly, Function<List<String>, T> match) {}

    private final AuthorizationPolicy.Rule rule;
    private final String namespace;
    private final TrustDomains trustDomains;
    private final boolean tcp;
    private final boolean allows;

    RbacRule(AuthorizationPolicy.Rule rule, String namespace, TrustDomains trustDomains, boolean tcp, boolean allows) {
        this.rule = rule;
        this.namespace = namespace;
        this.trustDomains = trustDomains;
        this.tcp = tcp;
        this.allows = allows;
    }

    /** The policy, or empty if the rule can't hold here. */
    Optional<Policy> policy() {
        Policy.Builder policy = Policy.newBuilder();
        List<Term<Permission>> targetConditions = new ArrayList<>();
        List<Term<Principal>> callerConditions = new ArrayList<>();
        for (AuthorizationPolicy.Condition condition : rule.when()) {
            if (!condition(condition, targetConditions, callerConditions)) {
                return Optional.empty();
            }
        }
        permissions(targetConditions).stream()
                .filter(this::canHold)
                .forEach(terms -> policy.addPermissions(all(terms, PERMISSION)));
        principals(callerConditions).stream()
                .filter(this::canHold)
                .forEach(terms -> policy.addPrincipals(all(terms, PRINCIPAL)));
        boolean isVoid = policy.getPermissionsCount() == 0 || policy.getPrincipalsCount() == 0;
        return isVoid ? Optional.empty() : Optional.of(policy.build());
    }

    private <T> boolean canHold(List<Term<T>> terms) {
        return !(allows && tcp && terms.stream().anyMatch(Term::httpOnly));
    }

    private <T> T all(List<Term<T>> terms, Logic<T> logic) {
        List<T> and = new ArrayList<>();
        for (Term<T> term : terms) {
            if (tcp && term.httpOnly()) {
                continue;
            }
            if (!term.values().isEmpty()) {
                and.add(term.match().apply(term.values()));
            }
            if (!term.notValues().isEmpty()) {
                and.add(logic.not().apply(term.match().apply(term.notValues())));
            }
        }
        return logic.and(and.isEmpty() ? List.of(logic.any()) : and);
    }

    private List<List<Term<Permission>>> permissions(List<Term<Permission>> conditions) {
        if (rule.to().isEmpty()) {
            return List.of(conditions);
        }
        List<List<Term<Permission>>> all = new ArrayList<>();
        for (AuthorizationPolicy.To to : rule.to()) {
            List<Term<Permission>> terms = new ArrayList<>();
            AuthorizationPolicy.Operation o = to.operation();
            if (o != null) {
                permission(terms, o.hosts(), o.notHosts(), true, v -> header(":authority", v, true));
                permission(terms, o.methods(), o.notMethods(), true, v -> header(":method", v, false));
                permission(terms, o.paths(), o.notPaths(), true, RbacTerms::path);
                permission(terms, o.ports(), o.notPorts(), false, RbacRule::port);
            }
            terms.addAll(conditions);
            all.add(terms);
        }
        return all;
    }

    private List<List<Term<Principal>>> principals(List<Term<Principal>> conditions) {
        if (rule.from().isEmpty()) {
            return List.of(conditions);
        }
        List<List<Term<Principal>>> all = new ArrayList<>();
        for (AuthorizationPolicy.From from : rule.from()) {
            List<Term<Principal>> terms = new ArrayList<>();
            AuthorizationPolicy.Source s = from.source();
            if (s != null) {
                principal(
                        terms,
                        trustDomains.principals(s.peer().principals()),
                        trustDomains.principals(s.peer().notPrincipals()),
                        RbacTerms::principal);
                wholePrincipal(terms, s.requestPrincipals(), s.notRequestPrincipals(), RbacRule::requestPrincipals);
                principal(
                        terms,
                        s.peer().serviceAccounts(),
                        s.peer().notServiceAccounts(),
                        v -> RbacTerms.serviceAccount(v, namespace));
                principal(
                        terms,
                        trustDomains.expand(s.peer().trustDomains()),
                        trustDomains.expand(s.peer().notTrustDomains()),
                        RbacTerms::trustDomain);
                principal(terms, s.peer().namespaces(), s.peer().notNamespaces(), RbacTerms::namespace);
                principal(
                        terms, s.addresses().remoteIpBlocks(), s.addresses().notRemoteIpBlocks(), RbacTerms::remoteIp);
                principal(terms, s.addresses().ipBlocks(), s.addresses().notIpBlocks(), RbacTerms::directIp);
            }
            terms.addAll(conditions);
            all.add(terms);
        }
        return all;
    }

    private boolean condition(
            AuthorizationPolicy.Condition c, List<Term<Permission>> target, List<Term<Principal>> caller) {
        List<String> values = c.values();
        List<String> not = c.notValues();
        String key = c.key();
        switch (key) {
            case "destination.ip" ->
                permission(
                        target,
                        values,
                        not,
                        false,
                        v -> Permission.newBuilder()
                                .setDestinationIp(RbacTerms.cidr(v))
                                .build());
            case "destination.port" -> permission(target, values, not, false, RbacRule::port);
            case "connection.sni" ->
                permission(
                        target,
                        values,
                        not,
                        false,
                        v -> Permission.newBuilder()
                                .setRequestedServerName(RbacTerms.text(v))
                                .build());
            case "source.ip" -> principal(caller, values, not, RbacTerms::directIp);
            case "remote.ip" -> principal(caller, values, not, RbacTerms::remoteIp);
            case "source.namespace" -> principal(caller, values, not, RbacTerms::namespace);
            case "source.trustDomain" ->
                principal(caller, trustDomains.expand(values), trustDomains.expand(not), RbacTerms::trustDomain);
            case "source.serviceAccount" -> principal(caller, values, not, v -> RbacTerms.serviceAccount(v, namespace));
            case "source.principal" ->
                principal(caller, trustDomains.principals(values), trustDomains.principals(not), RbacTerms::principal);
            case "request.auth.principal" -> wholePrincipal(caller, values, not, RbacRule::requestPrincipals);
            case "request.auth.audiences" ->
                wholePrincipal(caller, values, not, v -> RbacTerms.claims(List.of("aud"), v));
            case "request.auth.presenter" ->
                wholePrincipal(caller, values, not, v -> RbacTerms.claims(List.of("azp"), v));
            default -> {
                return bracketed(key, values, not, target, caller);
            }
        }
        return true;
    }

    private static boolean bracketed(
            String key,
            List<String> values,
            List<String> not,
            List<Term<Permission>> target,
            List<Term<Principal>> caller) {
        int open = key.indexOf('[');
        if (open < 0 || !key.endsWith("]")) {
            return false;
        }
        String attribute = key.substring(0, open);
        String inside = key.substring(open + 1, key.length() - 1);
        if (attribute.equals("request.headers")) {
            add(
                    caller,
                    values,
                    not,
                    true,
                    v -> anyOf(
                            v,
                            x -> Principal.newBuilder()
                                    .setHeader(RbacTerms.header(inside, x, false))
                                    .build(),
                            PRINCIPAL));
        } else if (attribute.equals("request.auth.claims")) {
            wholePrincipal(caller, values, not, v -> RbacTerms.claims(List.of(inside.split("]\\[", -1)), v));
        } else if (attribute.startsWith("experimental.envoy.filters.")) {
            permission(target, values, not, false, v -> RbacTerms.filterMetadata(key, v));
        } else {
            return false;
        }
        return true;
    }

    private static Permission header(String name, String value, boolean ignoreCase) {
        return Permission.newBuilder()
                .setHeader(RbacTerms.header(name, value, ignoreCase))
                .build();
    }

    private static Permission port(String value) {
        return Permission.newBuilder()
                .setDestinationPort(Integer.parseInt(value))
                .build();
    }

    private static Principal requestPrincipals(List<String> values) {
        List<Principal> all = values.stream().map(RbacTerms::requestPrincipal).toList();
        return all.size() == 1 ? all.getFirst() : PRINCIPAL.or().apply(all);
    }

    private static void permission(
            List<Term<Permission>> terms,
            List<String> values,
            List<String> not,
            boolean httpOnly,
            Function<String, Permission> each) {
        add(terms, values, not, httpOnly, v -> anyOf(v, each, PERMISSION));
    }

    private static void principal(
            List<Term<Principal>> terms, List<String> values, List<String> not, Function<String, Principal> each) {
        add(terms, values, not, false, v -> anyOf(v, each, PRINCIPAL));
    }

    private static void wholePrincipal(
            List<Term<Principal>> terms,
            List<String> values,
            List<String> not,
            Function<List<String>, Principal> whole) {
        add(terms, values, not, true, whole);
    }

    private static <T> T anyOf(List<String> values, Function<String, T> each, Logic<T> logic) {
        return logic.or().apply(values.stream().map(each).toList());
    }

    private static <T> void add(
            List<Term<T>> terms,
            List<String> values,
            List<String> not,
            boolean httpOnly,
            Function<List<String>, T> match) {
        if (!values.isEmpty() || !not.isEmpty()) {
            terms.add(new Term<>(values, not, httpOnly, match));
        }
    }
}
