package dev.lateen.api.extensions;

import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.AtMostOne;
import dev.lateen.api.schema.Cel;
import dev.lateen.api.schema.Column;
import dev.lateen.api.schema.Group;
import dev.lateen.api.schema.Length;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Pattern;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.Size;
import dev.lateen.api.schema.Wrapped;
import dev.lateen.api.selector.LabelSelector;
import dev.lateen.api.selector.TargetReference;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Wasm filter.
 *
 * @param selector the workloads meant
 * @param targetRef the one resource meant; old form of {@code targetRefs}
 * @param targetRefs the resources meant
 * @param code the module and where it comes from
 * @param pluginConfig what the module gets
 * @param pluginName the root id of the module; empty for none
 * @param placement where it stands, and for what traffic
 * @param failStrategy what happens if it fails
 * @param vmConfig the machine that it runs in
 * @param type what kind of filter it is
 */
@ApiKind(
        group = "extensions.istio.io",
        kind = "WasmPlugin",
        plural = "wasmplugins",
        versions = {"v1alpha1"},
        specRequired = true)
@Column(name = "Age", path = Column.CREATED)
@AtMostOne(
        value = {"selector", "targetRef", "targetRefs"},
        message = TargetReference.ONE_WAY)
public record WasmPlugin(
        @Nullable LabelSelector selector,
        @Nullable TargetReference targetRef,
        @Size(max = 16) List<TargetReference> targetRefs,
        @Group Code code,
        @Nullable ObjectNode pluginConfig,
        @Length(min = 1, max = 256) String pluginName,
        @Group Placement placement,
        Wasm.FailStrategy failStrategy,
        Wasm.@Nullable VmConfig vmConfig,
        Wasm.PluginType type)
        implements Spec {

    /**
     * The module and where it comes from.
     *
     * @param url where it is: {@code oci://}, {@code http://}, {@code https://} or {@code file://}
     * @param sha256 of the module; empty if it is not checked
     * @param imagePullPolicy when it is fetched
     * @param imagePullSecret a Secret for fetching
     * @param verificationKey never implemented by Istio
     */
    public record Code(
            @Required
            @Length(min = 1)
            @Obeys(ExtensionRules.ModuleUrl.class)
            @Cel(
                    rule = "isURL(self) ? (url(self).getScheme() in [\"\", \"http\", \"https\", \"oci\", \"file\"])"
                            + " : (isURL(\"http://\" + self) &&\n"
                            + "url(\"http://\" + self).getScheme() in [\"\", \"http\", \"https\", \"oci\", \"file\"])",
                    message = "url must have schema one of [http, https, file, oci]")
            String url,

            @Pattern("(^$|^[a-f0-9]{64}$)") String sha256,
            Wasm.PullPolicy imagePullPolicy,
            @Length(min = 1, max = 253) String imagePullSecret,
            String verificationKey) {}

    /**
     * Where it stands, and for what traffic.
     *
     * @param phase where in the chain it stands
     * @param priority the order within the phase, higher first; absent means 0
     * @param match the traffic meant; empty means all
     */
    public record Placement(Phase phase, @Wrapped @Nullable Integer priority, List<TrafficSelector> match) {}

    /** Where in the chain it stands. */
    public enum Phase {
        /** Before the router. */
        UNSPECIFIED_PHASE,
        /** Before authentication. */
        AUTHN,
        /** Before authorization. */
        AUTHZ,
        /** Before statistics. */
        STATS
    }
}
