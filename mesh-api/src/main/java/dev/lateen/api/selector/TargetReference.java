package dev.lateen.api.selector;

import dev.lateen.api.schema.Cel;
import dev.lateen.api.schema.Length;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Pattern;
import dev.lateen.api.schema.Required;

/**
 * A resource that a policy is attached to (Istio: {@code type.v1beta1.PolicyTargetReference}).
 *
 * @param group the API group; empty for Kubernetes' core group
 * @param kind the kind, such as {@code Gateway} or {@code Service}
 * @param name the name
 * @param namespace always empty: the policy's own
 */
public record TargetReference(
        @Length(max = 253) @Pattern("^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
        String group,

        @Required @Length(min = 1, max = 63) @Pattern("^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$")
        String kind,

        @Required @Length(min = 1, max = 253) String name,

        @Obeys(SelectorRules.SameNamespace.class)
        @Cel(rule = "self.size() == 0", message = "cross namespace referencing is not currently supported")
        String namespace) {
    /** What is said of a policy that selects in more than one way. */
    public static final String ONE_WAY = "only one of targetRefs or selector can be set";
}
