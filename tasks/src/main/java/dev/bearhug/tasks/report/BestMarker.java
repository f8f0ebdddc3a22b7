package dev.bearhug.tasks.report;

import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import org.knowm.xchart.style.markers.Marker;

/** A ring around the best point, larger than the other markers. */
final class BestMarker extends Marker {
  static final Marker RING = new BestMarker();

  private BestMarker() {}

  @Override
  public void paint(Graphics2D graphics, double x, double y, int size) {
    double diameter = size * 1.9;
    graphics.setStroke(new BasicStroke(3));
    graphics.draw(new Ellipse2D.Double(x - diameter / 2, y - diameter / 2, diameter, diameter));
  }
}
