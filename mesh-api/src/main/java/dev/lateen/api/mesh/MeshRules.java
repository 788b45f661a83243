package dev.lateen.api.mesh;

import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;

/** Rules that a bound cannot say. */
public final class MeshRules {
    private MeshRules() {}

    /** To come. */
    public static final class TrustDomain implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }
}
