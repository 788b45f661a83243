package dev.lateen.api.schema;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a test: the fields of the API that it proves, such as {@code VirtualService.http.retries}; what is below a field is meant with it. The
 * test that keeps {@code SUPPORT.md} reads it in the sources, so that it costs nothing.
 */
@Documented
@Retention(RetentionPolicy.SOURCE)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Shows {
    /** Kind and path, without brackets. */
    String[] value();

    /** How what is shown differs from Istio, and why; empty if it does not. */
    String differs() default "";
}
