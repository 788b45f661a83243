package dev.lateen.api.selector;

import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;

/** The rules of selectors that a bound cannot say. */
public final class SelectorRules {
    /** {@link NoWildcard} of a text in CEL. */
    public static final String NO_WILDCARD = "!self.contains(\"*\")";

    /** {@link NoWildcard} of the keys of a map in CEL. */
    public static final String KEYS_WITHOUT_WILDCARD = "self.all(key, !key.contains(\"*\"))";

    /** {@link NotEmpty} of the keys of a map in CEL. */
    public static final String NO_EMPTY_KEY = "self.all(key, key.size() != 0)";

    private SelectorRules() {}

    /** Labels are compared as they are: a star would match nothing. */
    public static final class NoWildcard implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            if (value.contains("*")) {
                report.refuse("", "'" + value + "'", "a label without wildcard");
            }
        }
    }

    /** A label has a name. */
    public static final class NotEmpty implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            if (value.isEmpty()) {
                report.refuse("", "an empty key", "a label name");
            }
        }
    }

    /** References do not cross namespaces. */
    public static final class SameNamespace implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            if (!value.isEmpty()) {
                report.refuse("", "'" + value + "'", "no namespace: a reference stays within the policy's own");
            }
        }
    }
}
