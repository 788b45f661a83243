/** Helm charts and a kustomize base, made by the code that {@code install} itself runs. */
@NullMarked
package dev.lateen.install.chart;

import org.jspecify.annotations.NullMarked;
