package dev.lateen.api.extensions;

import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;
import java.util.Locale;
import java.util.Set;

/** What WasmPlugin and TrafficExtension must be like beyond their bounds: the rules of Istio's CRD. */
final class ExtensionRules {
    private ExtensionRules() {}

    /** Where a module is: without a scheme it is in a registry. */
    static final class ModuleUrl implements Rule<String> {
        private static final Set<String> SCHEMES = Set.of("http", "https", "file", "oci");

        @Override
        public void check(String value, Report report) {
            int colon = value.indexOf("://");
            boolean blank = value.chars().anyMatch(c -> c <= ' ');
            boolean known =
                    colon < 0 || SCHEMES.contains(value.substring(0, colon).toLowerCase(Locale.ROOT));
            if (blank || !known || (colon >= 0 && colon == value.length() - 3)) {
                report.refuse("", "'" + value + "'", "oci://, http://, https:// or file:// with a place");
            }
        }
    }

    /** What comes from the host has no value here. */
    static final class EnvValue implements Rule<Wasm.EnvVar> {
        @Override
        public void check(Wasm.EnvVar value, Report report) {
            if (value.valueFrom() == Wasm.ValueSource.HOST && value.value() != null) {
                report.refuse("value", "a value with valueFrom HOST", "no value, or valueFrom INLINE");
            }
        }
    }
}
