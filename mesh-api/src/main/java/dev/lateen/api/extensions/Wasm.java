package dev.lateen.api.extensions;

import dev.lateen.api.schema.Cel;
import dev.lateen.api.schema.Length;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Pattern;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.Size;
import dev.lateen.api.schema.Unique;
import dev.lateen.api.schema.Wire;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Wasm module and how it runs; the components mean what they mean in {@link WasmPlugin}.
 */
public record Wasm(
        @Required
        @Length(min = 1)
        @Obeys(ExtensionRules.ModuleUrl.class)
        @Cel(
                rule = "isURL(self) ? (url(self).getScheme() in [\"\", \"http\", \"https\", \"file\", \"oci\"])"
                        + " : (isURL(\"http://\" + self) &&\n"
                        + "url(\"http://\" + self).getScheme() in [\"\", \"http\", \"https\", \"file\", \"oci\"])",
                message = "url must have schema one of [http, https, file, oci]")
        String url,

        @Pattern("(^$|^[a-f0-9]{64}$)") String sha256,
        PullPolicy imagePullPolicy,
        @Length(min = 1, max = 253) String imagePullSecret,
        String verificationKey,
        @Nullable ObjectNode pluginConfig,
        @Length(min = 1, max = 256) String pluginName,
        FailStrategy failStrategy,
        @Nullable VmConfig vmConfig,
        PluginType type) {
    /** When a module is fetched. */
    public enum PullPolicy {
        /** Always for the tag {@code latest}, else if it is not there. */
        UNSPECIFIED_POLICY,
        /** If it is not there. */
        @Wire("IfNotPresent")
        IF_NOT_PRESENT,
        /** Always. */
        @Wire("Always")
        ALWAYS
    }

    /** What happens if a module fails. */
    public enum FailStrategy {
        /** Requests are refused. */
        FAIL_CLOSE,
        /** Requests pass. */
        FAIL_OPEN,
        /** A fresh machine is tried. */
        FAIL_RELOAD
    }

    /** What kind of filter a module is. */
    public enum PluginType {
        /** As HTTP. */
        UNSPECIFIED_PLUGIN_TYPE,
        /** A filter of HTTP requests. */
        HTTP,
        /** A filter of connections. */
        NETWORK
    }

    /** The machine that a module runs in. */
    public record VmConfig(@Size(max = 256) @Unique("name") List<EnvVar> env) {}

    /**
     * A variable of the module's environment.
     *
     * @param name its name
     * @param valueFrom where its value comes from
     * @param value its value for INLINE; null if none was given
     */
    @Obeys(ExtensionRules.EnvValue.class)
    @Cel(
            rule = "(has(self.valueFrom) ? self.valueFrom : \"\") != \"HOST\" || !has(self.value)",
            message = "value may only be set when valueFrom is INLINE")
    public record EnvVar(
            @Required @Length(min = 1, max = 256) String name,
            ValueSource valueFrom,
            @Nullable @Length(max = 2048) String value) {}

    /** Where the value of a variable comes from. */
    public enum ValueSource {
        /** It stands here. */
        INLINE,
        /** It is the proxy's own. */
        HOST
    }
}
