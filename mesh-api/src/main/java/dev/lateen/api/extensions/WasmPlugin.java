package dev.lateen.api.extensions;

import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.AtMostOne;
import dev.lateen.api.schema.Length;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Pattern;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.Size;
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
 * @param url where the module is: {@code oci://}, {@code http://}, {@code https://} or {@code file://}
 * @param sha256 of the module; empty if it is not checked
 * @param imagePullPolicy when it is fetched
 * @param imagePullSecret a Secret for fetching
 * @param verificationKey never implemented by Istio
 * @param pluginConfig what the module gets
 * @param pluginName the root id of the module; empty for none
 * @param phase where in the chain it stands
 * @param priority the order within the phase, higher first; absent means 0
 * @param failStrategy what happens if it fails
 * @param vmConfig the machine that it runs in
 * @param match the traffic meant; empty means all
 * @param type what kind of filter it is
 */
@ApiKind(
        group = "extensions.istio.io",
        kind = "WasmPlugin",
        plural = "wasmplugins",
        versions = {"v1alpha1"},
        specRequired = true)
@AtMostOne({"selector", "targetRef", "targetRefs"})
public record WasmPlugin(
        @Nullable LabelSelector selector,
        @Nullable TargetReference targetRef,
        @Size(max = 16) List<TargetReference> targetRefs,

        @Required @Length(min = 1) @Obeys(ExtensionRules.ModuleUrl.class)
        String url,

        @Pattern("(^$|^[a-f0-9]{64}$)") String sha256,
        Wasm.PullPolicy imagePullPolicy,
        @Length(min = 1, max = 253) String imagePullSecret,
        String verificationKey,
        @Nullable ObjectNode pluginConfig,
        @Length(min = 1, max = 256) String pluginName,
        Phase phase,
        @Nullable Integer priority,
        Wasm.FailStrategy failStrategy,
        Wasm.@Nullable VmConfig vmConfig,
        List<TrafficSelector> match,
        Wasm.PluginType type)
        implements Spec {
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
