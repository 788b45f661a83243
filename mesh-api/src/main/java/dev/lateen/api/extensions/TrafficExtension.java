package dev.lateen.api.extensions;

import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.AtMostOne;
import dev.lateen.api.schema.Cel;
import dev.lateen.api.schema.Column;
import dev.lateen.api.schema.ExactlyOne;
import dev.lateen.api.schema.Length;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.Size;
import dev.lateen.api.schema.Wrapped;
import dev.lateen.api.selector.LabelSelector;
import dev.lateen.api.selector.TargetReference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A filter in Wasm or Lua.
 *
 * @param selector the workloads meant
 * @param targetRefs the resources meant
 * @param phase where in the chain it stands
 * @param priority the order within the phase, higher first; absent means 0
 * @param match the traffic meant; empty means all
 * @param wasm the filter in Wasm
 * @param lua the filter in Lua
 */
@ApiKind(
        group = "extensions.istio.io",
        kind = "TrafficExtension",
        plural = "trafficextensions",
        versions = {"v1alpha1"},
        specRequired = true)
@Column(name = "Age", path = Column.CREATED)
@AtMostOne(
        value = {"selector", "targetRefs"},
        message = TargetReference.ONE_WAY)
@ExactlyOne({"wasm", "lua"})
@Cel(rule = "has(self.wasm) != has(self.lua)", message = "exactly one of wasm or lua must be set")
public record TrafficExtension(
        @Nullable LabelSelector selector,
        @Size(max = 16) List<TargetReference> targetRefs,
        Phase phase,
        @Wrapped @Nullable Integer priority,
        List<TrafficSelector> match,
        @Nullable Wasm wasm,
        @Nullable Lua lua)
        implements Spec {
    /** Where in the chain it stands. */
    public enum Phase {
        /** Before the router. */
        UNSPECIFIED,
        /** Before authentication. */
        AUTHN,
        /** Before authorization. */
        AUTHZ,
        /** Before statistics. */
        STATS
    }

    /** Lua code. */
    public record Lua(
            @Required @Length(min = 1, max = 65536) String inlineCode) {}
}
