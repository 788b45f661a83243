package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.MetadataMatcher;
import dev.lateen.proxy.model.RbacPolicies;
import dev.lateen.proxy.model.RbacPolicies.Permission;
import dev.lateen.proxy.model.RbacPolicies.Principal;
import java.util.List;
import java.util.function.Predicate;

/** Whether enforced policies look at dynamic metadata. */
final class MetadataReaders {
    private static final String JWT = "envoy.filters.http.jwt_authn";

    private MetadataReaders() {}

    static boolean anyIn(RbacPolicies policies) {
        return any(policies, matcher -> true);
    }

    /** Any but a token's claims, whose writer denies by itself where it can't be built. */
    static boolean anyBeyondJwt(RbacPolicies policies) {
        return any(policies, matcher -> !matcher.filter().equals(JWT));
    }

    private static boolean any(RbacPolicies policies, Predicate<MetadataMatcher> wanted) {
        return policies.rules() != null
                && policies.rules().policies().stream()
                        .anyMatch(policy ->
                                permissions(policy.permissions(), wanted) || principals(policy.principals(), wanted));
    }

    private static boolean permissions(List<Permission> permissions, Predicate<MetadataMatcher> wanted) {
        return permissions.stream().anyMatch(permission -> permission(permission, wanted));
    }

    private static boolean permission(Permission permission, Predicate<MetadataMatcher> wanted) {
        return switch (permission) {
            case Permission.Metadata metadata -> wanted.test(metadata.matcher());
            case Permission.And and -> permissions(and.all(), wanted);
            case Permission.Or or -> permissions(or.any(), wanted);
            case Permission.Not not -> permission(not.permission(), wanted);
            case Permission.Any _, Permission.Header _, Permission.UrlPath _, Permission.UriTemplate _ -> false;
            case Permission.DestinationIp _, Permission.DestinationPort _, Permission.DestinationPortRange _ -> false;
            case Permission.RequestedServerName _ -> false;
        };
    }

    private static boolean principals(List<Principal> principals, Predicate<MetadataMatcher> wanted) {
        return principals.stream().anyMatch(principal -> principal(principal, wanted));
    }

    private static boolean principal(Principal principal, Predicate<MetadataMatcher> wanted) {
        return switch (principal) {
            case Principal.Metadata metadata -> wanted.test(metadata.matcher());
            case Principal.And and -> principals(and.all(), wanted);
            case Principal.Or or -> principals(or.any(), wanted);
            case Principal.Not not -> principal(not.principal(), wanted);
            case Principal.Any _, Principal.Authenticated _, Principal.PeerPrincipal _, Principal.DirectRemoteIp _ ->
                false;
            case Principal.RemoteIp _, Principal.Header _, Principal.UrlPath _ -> false;
        };
    }
}
