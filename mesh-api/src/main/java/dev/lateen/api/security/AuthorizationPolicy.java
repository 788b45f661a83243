package dev.lateen.api.security;

import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.AtMostOne;
import dev.lateen.api.schema.Cel;
import dev.lateen.api.schema.Column;
import dev.lateen.api.schema.Group;
import dev.lateen.api.schema.Length;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.Size;
import dev.lateen.api.schema.TextRules;
import dev.lateen.api.selector.LabelSelector;
import dev.lateen.api.selector.TargetReference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what.
 *
 * @param selector the workloads meant
 * @param targetRef the one resource meant; old form of {@code targetRefs}
 * @param targetRefs the resources meant
 * @param rules any of them makes the policy match; null differs from empty for nobody: neither matches anything
 * @param action what happens to a request that matches
 * @param provider for CUSTOM: who decides
 */
@ApiKind(
        group = "security.istio.io",
        kind = "AuthorizationPolicy",
        plural = "authorizationpolicies",
        versions = {"v1", "v1beta1"},
        shortNames = "ap")
@Column(name = "Action", path = ".spec.action")
@Column(name = "Age", path = Column.CREATED)
@AtMostOne(
        value = {"selector", "targetRef", "targetRefs"},
        message = TargetReference.ONE_WAY)
// In protobuf a oneof, of one field so far.
@AtMostOne("provider")
@Obeys(AuthorizationRules.Whole.class)
public record AuthorizationPolicy(
        @Nullable LabelSelector selector,
        @Nullable TargetReference targetRef,
        @Size(max = 16) List<TargetReference> targetRefs,
        @Size(max = 512) List<Rule> rules,
        Action action,
        @Nullable Provider provider)
        implements Spec {

    /** What happens to a request that matches. */
    public enum Action {
        /** It may pass; all others may not. */
        ALLOW,
        /** It may not pass. */
        DENY,
        /** It is marked for the audit log. */
        AUDIT,
        /** The provider decides. */
        CUSTOM
    }

    /** An extension provider of the mesh config, by name. */
    public record Provider(String name) {}

    /**
     * All that is said must hold; a rule that says nothing matches everything.
     *
     * @param from any of these sources
     * @param to any of these operations
     * @param when all of these conditions
     */
    public record Rule(@Size(max = 512) List<From> from, List<To> to, List<Condition> when) {}

    /** Where a request comes from. */
    public record From(@Nullable Source source) {}

    /** What a request is for. */
    public record To(@Nullable Operation operation) {}

    /**
     * Where a request comes from: all that is said must hold, any value of one list will do. Values are exact, or begin or end with a
     * star, or are a lone star for presence.
     *
     * @param peer who speaks, by its certificate
     * @param requestPrincipals issuer and subject of the token, with a slash between
     * @param notRequestPrincipals none of these
     * @param addresses where it speaks from
     */
    @Obeys(AuthorizationRules.SourceFits.class)
    @Cel(
            rule = "(has(self.serviceAccounts) || has(self.notServiceAccounts)) ? (!has(self.principals) &&\n"
                    + "!has(self.notPrincipals) && !has(self.namespaces) && !has(self.notNamespaces)) : true",
            message = "Cannot set serviceAccounts with namespaces or principals")
    public record Source(
            @Group Peer peer,
            List<String> requestPrincipals,
            List<String> notRequestPrincipals,
            @Group Addresses addresses) {}

    /**
     * Who speaks, by its certificate.
     *
     * @param principals identities, without {@code spiffe://}
     * @param notPrincipals none of these
     * @param namespaces the namespaces
     * @param notNamespaces none of these
     * @param serviceAccounts {@code namespace/name}, exact
     * @param notServiceAccounts none of these
     * @param trustDomains the trust domains
     * @param notTrustDomains none of these
     */
    public record Peer(
            List<String> principals,
            List<String> notPrincipals,
            List<String> namespaces,
            List<String> notNamespaces,
            @Size(max = 16) List<@Length(max = 320) String> serviceAccounts,
            @Size(max = 16) List<@Length(max = 320) String> notServiceAccounts,
            List<String> trustDomains,
            List<String> notTrustDomains) {}

    /**
     * Where a request comes from, as addresses or CIDRs.
     *
     * @param ipBlocks of the peer
     * @param notIpBlocks none of these
     * @param remoteIpBlocks of the client, through trusted proxies
     * @param notRemoteIpBlocks none of these
     */
    public record Addresses(
            List<@Obeys(TextRules.Cidr.class) String> ipBlocks,
            List<@Obeys(TextRules.Cidr.class) String> notIpBlocks,
            List<@Obeys(TextRules.Cidr.class) String> remoteIpBlocks,
            List<@Obeys(TextRules.Cidr.class) String> notRemoteIpBlocks) {}

    /** What a request is for: all that is said must hold, any value of one list will do. */
    @Obeys(AuthorizationRules.OperationSaysSomething.class)
    public record Operation(
            List<String> hosts,
            List<String> notHosts,
            List<@Obeys(AuthorizationRules.PortText.class) String> ports,
            List<@Obeys(AuthorizationRules.PortText.class) String> notPorts,
            List<String> methods,
            List<String> notMethods,
            List<@Obeys(AuthorizationRules.PathText.class) String> paths,
            List<@Obeys(AuthorizationRules.PathText.class) String> notPaths) {}

    /**
     * A condition on an attribute.
     *
     * @param key such as {@code request.headers[x]} or {@code source.ip}
     * @param values any of them will do
     * @param notValues none of them may be
     */
    @Obeys(AuthorizationRules.ConditionFits.class)
    public record Condition(@Required String key, List<String> values, List<String> notValues) {}
}
