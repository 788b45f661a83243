package dev.lateen.api.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The record is the spec of a Kubernetes kind. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface ApiKind {
    /** The API group. */
    String group();

    /** The kind. */
    String kind();

    /** The plural in lower case, as in the name of its CRD. */
    String plural();

    /** All accepted versions, the preferred one first. */
    String[] versions();

    /** The version in which objects are stored; empty for the preferred one. */
    String stored() default "";

    /** Short names for {@code kubectl}. */
    String[] shortNames() default {};

    /** Whether a resource without a spec is refused. */
    boolean specRequired() default false;
}
