package dev.lateen.api.mesh;

import com.google.re2j.Pattern;
import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;

/** What mesh config must be like beyond its bounds. */
final class MeshRules {
    private MeshRules() {}

    /** A trust domain (SPIFFE ID, section 2.1); upper case is accepted, as by Istio. */
    static final class TrustDomain implements Rule<String> {
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,255}");

        @Override
        public void check(String value, Report report) {
            if (!NAME.matches(value)) {
                report.refuse("", "'" + value + "'", "a trust domain such as cluster.local");
            }
        }
    }
}
